/** What to call a contact: by name, or for a visitor without one by the beginning of their id. */
export function contactLabel({ contactName, contactId }: { contactName: string | null; contactId: string }): string {
  return contactName ?? `Visitor ${contactId.slice(0, 4).toUpperCase()}`;
}
