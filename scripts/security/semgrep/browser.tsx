// What the rules of browser.yaml must find, and what they must leave alone: `semgrep --test`. Nothing runs this.
function Shown({ text }: { text: string }) {
  // ruleid: html-from-text
  const careless = <p dangerouslySetInnerHTML={{ __html: text }} />;
  // ok: html-from-text
  const careful = <p>{text}</p>;
  // ruleid: html-from-text
  document.body.innerHTML = text;
  // ok: html-from-text
  document.body.textContent = text;
  // ruleid: html-from-text
  document.body.insertAdjacentHTML("beforeend", text);
  return [careless, careful];
}

async function load(path: string, apiUrl: string) {
  // ruleid: api-without-the-client
  await fetch(path);
  // ruleid: api-without-the-client
  new XMLHttpRequest();
  // ok: api-without-the-client
  await callApi(apiUrl, path);
}

function tell(frame: Window, origin: string) {
  // ruleid: message-to-any-window
  frame.postMessage("ready", "*");
  // ok: message-to-any-window
  frame.postMessage("ready", origin);
}

function keep(token: string) {
  // ruleid: secret-kept-in-the-page
  localStorage.setItem("session-token", token);
  // ok: secret-kept-in-the-page
  localStorage.setItem("theme", "dark");
}
