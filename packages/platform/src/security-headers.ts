/** What serves a page or an answer of ours. `widget`: files that other companies' pages load, and the demo page. */
export type ServedBy = "api" | "realtime" | "dashboard" | "widget";

type Headers = Record<string, string>;

const everywhere: Headers = {
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy":
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()",
};

const policies: Record<ServedBy, readonly string[]> = {
  api: ["default-src 'none'"],
  realtime: ["default-src 'none'"],
  dashboard: [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self' $connect",
  ],
  widget: [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self' $connect",
  ],
};
/** Nothing of ours is framed, sends forms, or has another base. */
const always = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

const own: Record<ServedBy, Headers> = {
  api: { "referrer-policy": "no-referrer", "cross-origin-resource-policy": "same-origin" },
  realtime: { "referrer-policy": "no-referrer", "cross-origin-resource-policy": "same-origin" },
  dashboard: { "referrer-policy": "strict-origin-when-cross-origin", "cross-origin-resource-policy": "same-origin" },
  widget: { "referrer-policy": "strict-origin-when-cross-origin", "cross-origin-resource-policy": "cross-origin" },
};

/**
 * The headers that every answer has, whatever it is: the whole table.
 *
 * @param options.url where browsers reach the server; with https they are told to come by nothing else for a year
 * @param options.connect the origins that its pages may call
 */
export function securityHeaders(by: ServedBy, options: { url: string; connect?: readonly string[] }): Headers {
  const { url, connect = [] } = options;
  const policy = [...policies[by], ...always].join("; ").replace("$connect", connect.join(" "));
  const secure = /^(https|wss):/.test(url);
  return {
    ...everywhere,
    ...own[by],
    "content-security-policy": policy,
    ...(secure && { "strict-transport-security": "max-age=31536000; includeSubDomains" }),
  };
}
