import * as z from "zod";
import { accountError } from "../account-error.ts";

const Name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((name) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) && name.isWellFormed() && /[^\p{Cf}\s]/u.test(name));
const Email = z.email().max(254);

/** A name of a person or a workspace. @throws APIError INVALID_NAME */
export function parseName(text: string): string {
  const { data } = Name.safeParse(text);
  if (!data) throw accountError("INVALID_NAME");
  return data;
}

/** What somebody else calls a person, as far as it can be a name here; otherwise what stands before the @ of their address. */
export function nameFrom(text: unknown, email: string): string {
  const line = typeof text === "string" ? text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim() : "";
  const short = Array.from(line.slice(0, 200)).slice(0, 100).join("").slice(0, 100).toWellFormed();
  return Name.safeParse(short).data ?? email.split("@", 1)[0] ?? email;
}

/** Whether anybody can have the address, as accounts keep it. */
export const isEmail = (text: string): boolean => Email.safeParse(text).success;

/** As accounts keep it: in small letters. @throws APIError INVALID_EMAIL */
export function parseEmail(text: string): string {
  const { data } = Email.safeParse(text.trim().toLowerCase());
  if (!data) throw accountError("INVALID_EMAIL");
  return data;
}
