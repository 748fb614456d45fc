import * as z from "zod";

export const sessionLimits = {
  longestSeconds: 8 * 3600,
  idleSeconds: 30 * 60,
  freshSeconds: 10 * 60,
} as const;

/** Of a password, in characters as people count them; it may be short where a second factor is asked for as well. */
export const passwordLength = { min: 15, minWithSecondFactor: 8, max: 128 } as const;

export const backgroundHeader = "parley-background";

const Done = z.object({ status: z.literal(true) });

const Device = z.object({
  id: z.string(),
  current: z.boolean(),
  browser: z.string(),
  system: z.string(),
  address: z.string(),
  secondFactor: z.boolean(),
  signedInAt: z.iso.datetime(),
  activeAt: z.iso.datetime(),
});
export type Device = z.infer<typeof Device>;

const TrustedDevice = z.object({
  id: z.string(),
  browser: z.string(),
  system: z.string(),
  trustedAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
});
export type TrustedDevice = z.infer<typeof TrustedDevice>;

/** Until the session ends: unless somebody does something, and whatever they do. */
const TimeLeft = z.object({ idleSeconds: z.int().nonnegative(), longestSeconds: z.int().nonnegative() });
export type TimeLeft = z.infer<typeof TimeLeft>;

/** The ways into an account. */
const Links = z.object({
  password: z.boolean(),
  /** `configured` is false of a link to a provider that is configured no more, or at another address: it opens nothing. */
  providers: z.array(z.object({ id: z.string(), name: z.string(), linked: z.boolean(), configured: z.boolean() })),
});
export type Links = z.infer<typeof Links>;

const Provider = z.string().min(1).max(40);

/** Where the browser goes, to the provider's own pages; these lead back to one of the two addresses. */
const toProvider = {
  body: z.strictObject({
    provider: Provider,
    callbackURL: z.url(),
    errorCallbackURL: z.url(),
    disableRedirect: z.literal(true),
  }),
  answer: z.object({ url: z.url() }),
};

const FactorCode = z
  .string()
  .trim()
  .min(6)
  .max(40)
  .regex(/^[0-9A-Za-z -]+$/);

// How long it may be is the server's rule, which has an answer of its own; this bounds what is read at all.
const Password = z.string().min(1).max(1_000);
const Email = z.string().max(254);
// One that was cut off is an unknown one, which has an answer of its own.
const Token = z.string().max(200);

export const SignInAnswer = z.union([
  z.object({ secondFactor: z.literal(true) }),
  z.object({ user: z.object({ id: z.string(), name: z.string(), email: z.string() }) }),
]);
export type SignInAnswer = z.infer<typeof SignInAnswer>;

export const accountEndpoints = {
  /** The session is in a cookie alone. A wrong password is answered as an address is that nobody has. */
  "POST /api/auth/sign-in/email": {
    body: z.strictObject({ email: Email, password: Password }),
    answer: SignInAnswer,
  },
  /** Answers the same whoever has the address. */
  "POST /api/auth/sign-up/email": {
    body: z.strictObject({
      name: z.string().max(1_000),
      email: Email,
      password: Password,
      /** The name of the workspace to be made; none is made for who was invited to one. */
      workspace: z.string().max(1_000).optional(),
      /** The secret of an invitation. */
      invitation: Token.optional(),
    }),
    answer: Done,
  },
  /** Sends the link to confirm an address again, if it waits for that. */
  "POST /api/auth/send-verification-email": { body: z.strictObject({ email: Email }), answer: Done },
  /** Confirms an address, for whoever has its mail and knows the password, and signs them in. */
  "POST /api/auth/verify-email": { body: z.strictObject({ token: Token, password: Password }), answer: Done },
  /** Answers the same whoever has the address. */
  "POST /api/auth/request-password-reset": { body: z.strictObject({ email: Email }), answer: Done },
  "POST /api/auth/reset-password": { body: z.strictObject({ token: Token, newPassword: Password }), answer: Done },
  "POST /api/auth/change-password": {
    body: z.strictObject({ currentPassword: Password, newPassword: Password }),
    answer: Done,
  },
  /** Sends a link to the new address; the account changes over to it when the link is opened. */
  "POST /api/auth/change-email": { body: z.strictObject({ newEmail: Email, password: Password }), answer: Done },
  "POST /api/auth/change-email/confirm": { body: z.strictObject({ token: Token }), answer: Done },
  "POST /api/auth/update-user": { body: z.strictObject({ name: z.string().max(1_000) }), answer: Done },
  /** A page that asks by itself says so, and then it is no activity. */
  "GET /api/auth/time-left": { body: undefined, answer: TimeLeft },
  "GET /api/auth/devices": {
    body: undefined,
    answer: z.object({ devices: z.array(Device) }),
  },
  "POST /api/auth/devices/revoke": {
    body: z.strictObject({ id: z.string().min(1).max(64) }),
    answer: Done,
  },
  "POST /api/auth/devices/revoke-others": { body: z.strictObject({}), answer: Done },
  "POST /api/auth/devices/revoke-all": { body: z.strictObject({}), answer: Done },
  "POST /api/auth/confirm": {
    body: z.strictObject({ password: z.string().max(128).optional(), code: FactorCode.optional() }),
    answer: Done,
  },
  "POST /api/auth/unlock": {
    body: z.strictObject({ token: Token }),
    answer: Done,
  },
  "GET /api/auth/providers": {
    body: undefined,
    answer: z.object({ providers: z.array(z.object({ id: z.string(), name: z.string() })) }),
  },
  /** Linking takes the same. Nothing else gets in: the library would take an ID token in the place of the provider's own answer. */
  "POST /api/auth/sign-in/social": toProvider,
  "GET /api/auth/links": { body: undefined, answer: Links },
  "POST /api/auth/link-social": toProvider,
  /** Signs all other devices out. */
  "POST /api/auth/links/remove": { body: z.strictObject({ provider: z.string().min(1).max(2_000) }), answer: Done },
  "GET /api/auth/factor": {
    body: undefined,
    answer: z.object({
      enabled: z.boolean(),
      usedNow: z.boolean(),
      backupCodesLeft: z.int().nonnegative(),
      trustedDevices: z.array(TrustedDevice),
    }),
  },
  "POST /api/auth/factor/prepare": {
    body: z.strictObject({}),
    answer: z.object({ otpauthUri: z.string(), secret: z.string() }),
  },
  "POST /api/auth/factor/enable": {
    body: z.strictObject({ code: FactorCode }),
    answer: z.object({ backupCodes: z.array(z.string()) }),
  },
  "POST /api/auth/factor/verify": {
    body: z.strictObject({ code: FactorCode, trustDevice: z.boolean().default(false) }),
    answer: Done,
  },
  "POST /api/auth/factor/disable": { body: z.strictObject({}), answer: Done },
  "POST /api/auth/factor/backup-codes": {
    body: z.strictObject({}),
    answer: z.object({ backupCodes: z.array(z.string()) }),
  },
  "POST /api/auth/factor/trusted-devices/revoke": {
    body: z.strictObject({ id: z.string().min(1).max(64).optional() }),
    answer: Done,
  },
} as const;
