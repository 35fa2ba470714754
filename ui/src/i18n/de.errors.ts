import texts from "./de.faults.json";
import type { CodeTexts, FaultTexts } from "./en";

/** What a studio says of a video's trouble in German, by its code; notifications read the same file. */
export const faults: FaultTexts = texts;

/** What the core says in German, by its code. */
export const codes: CodeTexts = {
  internal: "Interner Fehler. Starte Tallylight neu.",
  message_too_large: "Das Studio hat eine zu große Nachricht gesendet. Frage deinen Administrator.",
  shutting_down: "Tallylight wird beendet.",
  language_model:
    "Das Sprachmodell hat keine gültige Antwort gesendet. Prüfe URL, Modell und API-Schlüssel in den Einstellungen.",
  not_a_video: "Keine Videodatei. Wähle eine Videodatei aus.",
  file: "Die Datei konnte nicht gelesen werden. Prüfe, ob sie noch vorhanden ist.",
  not_a_studio: "Kein Tallylight-Studio unter dieser Adresse. Prüfe die URL.",
  invalid_address: "Gib eine gültige URL ein.",
  server_error: "Das Studio hat einen Fehler gemeldet. Versuche es später erneut.",
  disk_full: "Nicht genügend Speicherplatz. Gib Speicher frei.",
  storage: "Änderungen können auf diesem Computer nicht gespeichert werden. Prüfe den Datenträger.",
  storage_unreadable:
    "Lokale Daten waren beschädigt und werden neu geladen. Eine Kopie der alten Dateien wurde behalten.",
  nothing_readable:
    "Live-Updates konnten nicht gelesen werden. Änderungen werden alle 30 Sekunden abgefragt.",
  storage_suspect:
    "Tallylight ist zweimal abgestürzt. Lokale Daten werden neu geladen. Eine Kopie der alten Dateien wurde behalten.",
  storage_newer:
    "Lokale Daten stammen von einer neueren Tallylight-Version und werden neu geladen. Eine Kopie der alten Dateien wurde behalten.",
  wrong_state: "Das Video ist nicht mehr in einem Zustand, in dem das geht.",
  invalid_content: "Das Studio hat diesen Inhalt abgelehnt. Prüfe deine Eingabe.",
  sign_in_denied: "Anmeldung abgelehnt. Versuche es erneut.",
  keychain:
    "Der Schlüsselbund ist nicht verfügbar. Du bleibst angemeldet, bis du Tallylight beendest.",
  insecure_address: "HTTPS ist erforderlich, außer auf diesem Computer.",
  unreachable: "Das Studio ist nicht erreichbar. Prüfe die URL und deine Internetverbindung.",
  untrusted_certificate:
    "Das Zertifikat des Servers ist nicht vertrauenswürdig. Füge in den Einstellungen ein CA-Zertifikat hinzu.",
  wrong_key: "Ungültiger öffentlicher Schlüssel. Frage deinen Administrator.",
  invalid_credentials: "Falsche E-Mail-Adresse oder falsches Passwort.",
  account_blocked:
    "Dieses Konto kann sich nicht anmelden. Bestätige deine E-Mail-Adresse oder frage deinen Administrator.",
  sign_in_timeout: "Zeitüberschreitung bei der Anmeldung. Versuche es erneut.",
  session_expired: "Deine Sitzung ist abgelaufen. Melde dich erneut an.",
  signed_out: "Du bist nicht angemeldet.",
  rate_limited: "Zu viele Anfragen. Versuche es später erneut.",
  not_found: "Nicht gefunden. Möglicherweise wurde es gelöscht.",
  forbidden: "Keine Berechtigung. Frage deinen Administrator.",
  too_large: "Die Datei überschreitet die Maximalgröße des Studios.",
  not_offered: "In diesem Studio nicht verfügbar.",
  conflict: "Konflikt: Wähle eine Version. Das Video wurde an anderer Stelle geändert.",
  keychain_locked: "Der Schlüsselbund ist gesperrt. Entsperre ihn, um fortzufahren.",
  socket_refused:
    "Live-Updates sind in diesem Studio nicht erlaubt. Änderungen werden alle paar Sekunden abgefragt.",
  no_socket:
    "Live-Updates sind in diesem Studio nicht verfügbar. Änderungen werden alle paar Sekunden abgefragt.",
  closed: "Verbindung unterbrochen.",
  silent: "Keine Antwort vom Studio seit einer Minute.",
  handshake_timeout: "Zeitüberschreitung: Das Studio hat nicht geantwortet.",
  replaced: "Live-Updates wurden auf ein anderes Fenster oder einen anderen Computer übertragen.",
  slept: "Der Computer war im Ruhezustand. Verbindung wird wiederhergestellt.",
  network_changed: "Das Netzwerk wurde gewechselt. Verbindung wird wiederhergestellt.",
  captive_portal:
    "Das Netzwerk blockiert das Studio. Melde dich auf der Anmeldeseite des WLANs an.",
};
