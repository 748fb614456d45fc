import * as z from "zod";

/** In one line: a line break in a header would begin another header. */
const line = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}*$/u, "must be one line");

/** One mail to one person. `html` says the same as `text`, for programs that show it. */
export const Mail = z.object({
  to: z.email().max(254),
  subject: line(200),
  text: z.string().min(1).max(20_000),
  html: z.string().min(1).max(50_000),
});
export type Mail = z.infer<typeof Mail>;

export type Mailer = {
  /**
   * Hands the mail to whoever delivers it.
   *
   * @param options.id the same for every attempt to send the same mail: a mailbox that gets it twice can show it once
   * @throws MailRefused when it would be refused again, ZodError when it is no mail; anything else may pass
   */
  send(mail: Mail, options?: { id?: string }): Promise<void>;
  close(): Promise<void>;
};

/** The server will not take this mail, today or tomorrow. */
export class MailRefused extends Error {
  override readonly name = "MailRefused";
}
