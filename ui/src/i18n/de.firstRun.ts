import type { Messages } from "./en";

/** What a person reads before the first video, in German. */
export const firstRun: Messages["firstRun"] = {
  studio:
    "Ein Studio ist der Server, auf dem die Videos deines Teams verarbeitet werden. Gib seine URL ein.",
  computer:
    "Jedes Video bekommt Vorschaubilder, Kapitel und Texte zum Kopieren, und ein Transkript, falls es Untertitel hat oder du ein Sprachmodell einrichtest. Alles auf diesem Computer: ohne Konto und ohne Cloud.",
  computerKeychain:
    "Der Schlüssel zu deinen Videos liegt im Schlüsselbund dieses Computers. Vielleicht wirst du gebeten, ihn zu entsperren.",
  signInKeychain:
    "Deine Anmeldung wird im Schlüsselbund dieses Computers aufbewahrt. Vielleicht wirst du gebeten, ihn zu entsperren. Dein Passwort wird nicht gespeichert.",
  empty:
    "Zieh ein Video hierher. Es bekommt Vorschaubilder und Kapitel, ein Transkript, falls es Untertitel hat oder ein Sprachmodell eingerichtet ist, und Texte zum Kopieren.",
  sample: "Beispielvideo ausprobieren",
  makingSample: "Beispielvideo wird erstellt…",
};
