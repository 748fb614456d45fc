import autocannon from "autocannon";

// Asks for an address so many times a second for so many seconds, as the command line says; prints how often that was refused.
const [url = "", overallRate, duration, headers = "{}"] = process.argv.slice(2);
const result = await autocannon({
  url,
  headers: JSON.parse(headers),
  connections: 20,
  overallRate: Number(overallRate),
  duration: Number(duration),
});
process.stdout.write(`${result["4xx"]}\n`);
