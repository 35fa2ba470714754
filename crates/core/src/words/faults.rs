//! What a studio says of trouble with a video, by its code; the window says the same.

pub(super) const DE: &[(&str, &str)] = &[
    (
        "file_incomplete",
        "Die Videodatei ist unvollständig, vermutlich wurde das Kopieren oder Exportieren unterbrochen. Exportiere oder kopiere sie noch einmal und lade sie dann neu hoch.",
    ),
    ("file_gone", "Die Videodatei ist nicht mehr da. Lade sie noch einmal hoch."),
    (
        "not_a_video",
        "Diese Datei ist kein lesbares Video. Prüfe, ob sie auf diesem Computer läuft, oder exportiere sie noch einmal als MP4.",
    ),
    ("ffmpeg_missing", "Auf diesem Computer fehlt ffmpeg. Installiere es und lade das Video dann neu hoch."),
    ("disk_full", "Der Datenträger ist voll. Schaffe Platz und lade das Video dann neu hoch."),
    ("no_audio", "Dieses Video hat keinen Ton, also gibt es kein Transkript."),
];
pub(super) const ES: &[(&str, &str)] = &[
    (
        "file_incomplete",
        "El archivo de vídeo está incompleto: seguramente se cortó al copiarlo o exportarlo. Expórtalo o cópialo otra vez y súbelo de nuevo.",
    ),
    ("file_gone", "El archivo de vídeo ya no está. Súbelo otra vez."),
    (
        "not_a_video",
        "Este archivo no es un vídeo que se pueda leer. Mira si se reproduce en este ordenador, o expórtalo otra vez como MP4.",
    ),
    ("ffmpeg_missing", "En este ordenador falta ffmpeg. Instálalo y sube el vídeo de nuevo."),
    ("disk_full", "El disco está lleno. Haz sitio y sube el vídeo de nuevo."),
    ("no_audio", "Este vídeo no tiene sonido, así que no hay transcripción."),
];
