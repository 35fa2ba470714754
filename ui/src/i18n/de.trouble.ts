import type { Messages } from "./en";

/** What a studio says of a video's trouble in German, by its code; notifications read the same file. */
export { default as faults } from "./de.faults.json";

/** What the core says in German, by its code. */
export const codes: Messages["codes"] = {
  language_model:
    "Das Sprachmodell hat nicht brauchbar geantwortet: prüfe Adresse, Modell und Schlüssel in den Einstellungen",
  not_a_video: "Das ist kein Video: wähle die Videodatei",
  file: "Die Datei kann nicht gelesen werden: prüfe, ob sie noch da ist",
  not_a_studio: "An dieser Adresse ist kein Studio, das sich beschreibt: prüfe sie",
  invalid_address: "Das kann keine Adresse sein: prüfe sie",
  server_error: "Das Studio hat mit einem Fehler geantwortet: versuche es noch einmal",
  disk_full: "Der Datenträger ist voll: schaffe Platz",
  storage: "Was jetzt geschieht, kann nicht aufbewahrt werden, bis der Datenträger wieder schreibt",
  storage_unreadable: "Gespeicherte Daten konnten nicht gelesen werden und wurden beiseitegelegt",
  nothing_readable:
    "Die Live-Verbindung ist offen, bringt aber nichts Lesbares; es wird zusätzlich regelmäßig nachgefragt",
  storage_suspect:
    "Tallylight ist zweimal innerhalb einer Minute abgestürzt: gespeicherte Daten wurden beiseitegelegt und werden neu geladen",
  storage_newer: "Gespeicherte Daten stammen von einer neueren Fassung und wurden beiseitegelegt",
  invalid_content: "Das Studio nimmt diesen Inhalt nicht an",
  sign_in_denied: "Die Anmeldung wurde abgelehnt",
  keychain:
    "Der Schlüsselbund kann nicht verwendet werden: die Anmeldung gilt nur, bis du Tallylight beendest",
  insecure_address: "Diese Adresse ist nicht verschlüsselt: verwende https",
  unreachable: "Das Studio ist nicht erreichbar: prüfe die Adresse und das Netz",
  untrusted_certificate: "Dem Zertifikat des Servers wird nicht vertraut",
  wrong_key: "Der Anmeldeserver kennt diesen Schlüssel nicht",
  invalid_credentials: "E-Mail oder Passwort ist falsch",
  account_blocked: "Dieses Konto darf sich (noch) nicht anmelden",
  sign_in_timeout: "Im Browser hat niemand geantwortet: versuche es noch einmal",
  session_expired: "Deine Anmeldung ist abgelaufen: melde dich neu an",
  signed_out: "Niemand ist angemeldet",
  rate_limited: "Das Studio bittet um etwas Zeit: versuche es später noch einmal",
  not_found: "Das gibt es nicht (mehr)",
  forbidden: "Dieses Konto darf das nicht",
  too_large: "Die Datei ist größer, als das Studio annimmt",
  not_offered: "Dieses Studio bietet das nicht an",
  conflict: "Das Video wurde inzwischen von jemand anderem geändert",
  keychain_locked: "Der Schlüsselbund ist gesperrt",
  socket_refused: "Das Studio lässt keine Live-Verbindung zu; es wird regelmäßig nachgefragt",
  no_socket: "Dieses Studio hat keine Live-Verbindung; es wird regelmäßig nachgefragt",
  closed: "Die Verbindung wurde getrennt",
  silent: "Vom Studio war eine Minute lang nichts zu hören",
  handshake_timeout: "Das Studio hat nicht rechtzeitig geantwortet",
  replaced: "Ein anderes Fenster oder ein anderer Computer hat übernommen",
  slept: "Der Computer hat geschlafen; es wird neu verbunden",
  network_changed: "Das Netzwerk hat sich geändert; es wird neu verbunden",
  captive_portal:
    "Etwas anderes antwortet anstelle des Studios: vielleicht die Anmeldeseite eines WLANs",
};
