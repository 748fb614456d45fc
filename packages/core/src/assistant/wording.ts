import { detectLanguage } from "../language/detect-language.ts";
import type { Question } from "./answerer.ts";
import { type Language, languages, type SmallTalk } from "./extractive/small-talk.ts";

/** What the assistant says of itself. It never promises what it can't do, and always offers a person. */
type Wording = Record<"unknown" | "cutOff" | "failed" | "handedOff" | "passedOn" | "fromAccount" | SmallTalk, string>;

export const wordings: Readonly<Record<Language, Wording>> = {
  en: {
    unknown:
      "I couldn't find the answer to that in what I know, and I won't guess. Would you like to talk to a person?",
    cutOff: "My answer was cut off here. Ask me again, or ask for a person.",
    failed: "Something went wrong and I can't answer right now. Please ask me again in a moment, or ask for a person.",
    handedOff: "I can't answer by myself right now, so I've passed this conversation on to a person.",
    passedOn: "I've passed this conversation on to a person.",
    fromAccount: "*(from your account)*",
    greeting:
      "Hello! What would you like to know? I answer from this company's own documents and show where they say so.",
    thanks: "You're welcome. Ask me anything else, or ask for a person at any time.",
  },
  de: {
    unknown:
      "Darauf habe ich in dem, was ich weiß, keine Antwort gefunden, und raten möchte ich nicht. Möchten Sie mit einem Menschen sprechen?",
    cutOff: "Hier ist meine Antwort abgebrochen. Fragen Sie mich noch einmal, oder fragen Sie nach einem Menschen.",
    failed:
      "Etwas ist schiefgegangen, und ich kann gerade nicht antworten. Fragen Sie mich gleich noch einmal, oder fragen Sie nach einem Menschen.",
    handedOff: "Ich kann im Moment nicht selbst antworten und habe dieses Gespräch an einen Menschen weitergegeben.",
    passedOn: "Ich habe dieses Gespräch an einen Menschen weitergegeben.",
    fromAccount: "*(aus Ihrem Konto)*",
    greeting:
      "Hallo! Was möchten Sie wissen? Ich antworte aus den Dokumenten dieses Unternehmens und zeige, wo es dort steht.",
    thanks: "Gern geschehen. Fragen Sie mich, was Sie noch wissen möchten, oder jederzeit nach einem Menschen.",
  },
  fr: {
    unknown:
      "Je n'ai pas trouvé la réponse dans ce que je sais, et je préfère ne pas deviner. Souhaitez-vous parler à une personne ?",
    cutOff: "Ma réponse s'est interrompue ici. Reposez-moi la question, ou demandez à parler à une personne.",
    failed:
      "Un problème est survenu et je ne peux pas répondre pour le moment. Réessayez dans un instant, ou demandez à parler à une personne.",
    handedOff: "Je ne peux pas répondre moi-même pour le moment : j'ai transmis cette conversation à une personne.",
    passedOn: "J'ai transmis cette conversation à une personne.",
    fromAccount: "*(de votre compte)*",
    greeting:
      "Bonjour ! Que souhaitez-vous savoir ? Je réponds à partir des documents de cette entreprise et je montre où cela est écrit.",
    thanks: "Avec plaisir. Posez-moi une autre question, ou demandez une personne à tout moment.",
  },
  es: {
    unknown: "No he encontrado la respuesta en lo que sé, y prefiero no adivinar. ¿Quiere hablar con una persona?",
    cutOff: "Mi respuesta se ha interrumpido aquí. Pregúnteme de nuevo, o pida hablar con una persona.",
    failed:
      "Algo ha fallado y ahora no puedo responder. Pregúnteme de nuevo en un momento, o pida hablar con una persona.",
    handedOff: "Ahora no puedo responder yo mismo, así que he pasado esta conversación a una persona.",
    passedOn: "He pasado esta conversación a una persona.",
    fromAccount: "*(de su cuenta)*",
    greeting: "¡Hola! ¿Qué quiere saber? Respondo a partir de los documentos de esta empresa y muestro dónde lo dicen.",
    thanks: "De nada. Pregúnteme lo que quiera, o pida hablar con una persona en cualquier momento.",
  },
  it: {
    unknown:
      "Non ho trovato la risposta in ciò che so, e preferisco non tirare a indovinare. Vuole parlare con una persona?",
    cutOff: "La mia risposta si è interrotta qui. Me lo chieda di nuovo, oppure chieda di parlare con una persona.",
    failed:
      "Qualcosa è andato storto e ora non posso rispondere. Riprovi tra un momento, oppure chieda di parlare con una persona.",
    handedOff: "Al momento non posso rispondere da solo, quindi ho passato questa conversazione a una persona.",
    passedOn: "Ho passato questa conversazione a una persona.",
    fromAccount: "*(dal suo account)*",
    greeting: "Salve! Che cosa vuole sapere? Rispondo in base ai documenti di questa azienda e mostro dove lo dicono.",
    thanks: "Prego. Mi chieda pure altro, o chieda di parlare con una persona in qualsiasi momento.",
  },
  pt: {
    unknown: "Não encontrei a resposta no que sei, e prefiro não adivinhar. Quer falar com uma pessoa?",
    cutOff: "A minha resposta foi interrompida aqui. Pergunte de novo, ou peça para falar com uma pessoa.",
    failed:
      "Algo correu mal e não posso responder agora. Pergunte de novo daqui a pouco, ou peça para falar com uma pessoa.",
    handedOff: "De momento não posso responder sozinho, por isso passei esta conversa a uma pessoa.",
    passedOn: "Passei esta conversa a uma pessoa.",
    fromAccount: "*(da sua conta)*",
    greeting: "Olá! O que quer saber? Respondo a partir dos documentos desta empresa e mostro onde está escrito.",
    thanks: "De nada. Pergunte o que quiser, ou peça para falar com uma pessoa a qualquer momento.",
  },
  nl: {
    unknown: "Ik heb het antwoord niet gevonden in wat ik weet, en gokken doe ik niet. Wilt u met een mens praten?",
    cutOff: "Mijn antwoord is hier afgebroken. Vraag het me opnieuw, of vraag om een mens.",
    failed: "Er ging iets mis en ik kan nu niet antwoorden. Vraag het me zo dadelijk opnieuw, of vraag om een mens.",
    handedOff: "Ik kan nu zelf niet antwoorden en heb dit gesprek aan een mens doorgegeven.",
    passedOn: "Ik heb dit gesprek aan een mens doorgegeven.",
    fromAccount: "*(uit uw account)*",
    greeting: "Hallo! Wat wilt u weten? Ik antwoord uit de documenten van dit bedrijf en laat zien waar het staat.",
    thanks: "Graag gedaan. Vraag me gerust nog iets, of vraag op elk moment om een mens.",
  },
  ar: {
    unknown: "لم أجد إجابة عن ذلك فيما أعرفه، ولا أريد أن أخمّن. هل ترغب في التحدث إلى شخص؟",
    cutOff: "انقطعت إجابتي هنا. اسألني مرة أخرى، أو اطلب التحدث إلى شخص.",
    failed: "حدث خطأ ما ولا أستطيع الإجابة الآن. اسألني مرة أخرى بعد قليل، أو اطلب التحدث إلى شخص.",
    handedOff: "لا أستطيع الإجابة بنفسي الآن، ولذلك أحلت هذه المحادثة إلى شخص.",
    passedOn: "لقد حوّلت هذه المحادثة إلى شخص.",
    fromAccount: "*(من حسابك)*",
    greeting: "مرحبًا! ماذا تريد أن تعرف؟ أجيب من مستندات هذه الشركة وأبيّن أين ورد ذلك فيها.",
    thanks: "على الرحب والسعة. اسألني عما تشاء، أو اطلب التحدث إلى شخص في أي وقت.",
  },
};

/**
 * The assistant's own words in the language of the question; where that can't be told, in the one that the contact wrote in before,
 * and else in English, as for a language that it has no words in. The tenant's words for not knowing take the place of ours, unless
 * they are known to be in another language than the question.
 */
export async function wordingFor({
  text,
  history,
  settings,
}: Pick<Question, "text" | "history" | "settings">): Promise<Wording> {
  const earlier = history.filter(({ author }) => author === "contact").map((turn) => turn.text);
  const asked = (await detectLanguage(text)) ?? (await detectLanguage(earlier.join("\n")));
  const ours = wordings[languages.find((known) => known === asked) ?? "en"];
  if (!settings?.unknownText) return ours;
  const told = await detectLanguage(settings.unknownText);
  return !told || !asked || told === asked ? { ...ours, unknown: settings.unknownText } : ours;
}
