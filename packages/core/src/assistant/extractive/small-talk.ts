/** Greetings and thanks that are a whole message, by language, in letters and single spaces alone. */
const courtesies: Record<Language, Record<SmallTalk, RegExp>> = {
  en: {
    greeting: /^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings)(?: there| all| everyone)?$/,
    thanks:
      /^(?:thanks|thank you|thx|ty|cheers|great|perfect|ok|okay|cool|nice)(?: (?:a lot|so much|very much|you|thanks))*$/,
  },
  de: {
    greeting: /^(?:hallo|guten (?:morgen|tag|abend)|servus|moin(?: moin)?|grüß gott|grüezi)(?: zusammen| ihr| alle)?$/,
    thanks: /^(?:(?:vielen |herzlichen |besten )?dank|danke)(?: (?:schön|sehr|dir|ihnen|euch|vielmals))*$|^dankeschön$/,
  },
  fr: {
    greeting: /^(?:bonjour|bonsoir|salut|coucou)(?: à tous| tout le monde)?$/,
    thanks: /^(?:un grand )?merci(?: (?:beaucoup|bien|à vous|à toi))*$|^d accord(?: merci)?$/,
  },
  es: {
    greeting: /^(?:hola|buenos días|buenas(?: (?:tardes|noches))?|saludos)(?: a todos)?$/,
    thanks: /^(?:muchas |mil )?gracias(?: (?:por todo|a ti|a usted))*$|^vale(?: gracias)?$/,
  },
  it: {
    greeting: /^(?:ciao|buon ?giorno|buona ?sera|salve)(?: a tutti)?$/,
    thanks: /^(?:grazie|ti ringrazio|la ringrazio)(?: (?:mille|tante|molte|a lei|a te))*$|^va bene(?: grazie)?$/,
  },
  pt: {
    greeting: /^(?:olá|oi|bom dia|boa (?:tarde|noite))(?: a todos| pessoal)?$/,
    thanks: /^(?:muito )?obrigad[oa](?: (?:por tudo|pela ajuda))*$/,
  },
  nl: {
    greeting: /^(?:hoi|hallo daar|goede(?:n)? ?(?:morgen|middag|avond|dag)|dag)(?: allemaal)?$/,
    thanks: /^(?:(?:dank|bedankt)(?: (?:je|u|jullie))?(?: wel)?|dankjewel|dankuwel|hartelijk (?:dank|bedankt))$/,
  },
  ar: {
    greeting: /^(?:مرحبا|أهلا|اهلا|أهلا وسهلا|اهلا وسهلا|السلام عليكم|صباح الخير|مساء الخير)$/,
    thanks: /^(?:شكرا|شكرا جزيلا|شكرا لك|شكرا لكم|مشكور)$/,
  },
};

/** The languages that the assistant has words of its own in. */
export const languages = ["en", "de", "fr", "es", "it", "pt", "nl", "ar"] as const;
export type Language = (typeof languages)[number];
export type SmallTalk = "greeting" | "thanks";

/** A greeting or thanks, and in which language; undefined for everything else. */
export function findSmallTalk(text: string): { kind: SmallTalk; language: Language } | undefined {
  const said = text
    .toLowerCase()
    // Vowel marks of Arabic are as good as not there.
    .replace(/[\u064B-\u0652]/g, "")
    .replace(/[^\p{L}\s]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  for (const language of languages) {
    for (const kind of ["greeting", "thanks"] as const) {
      if (courtesies[language][kind].test(said)) return { kind, language };
    }
  }
  return undefined;
}
