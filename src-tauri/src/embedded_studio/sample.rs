//! The texts of the sample video, and of the failure to make it.

use tallylight_core::{Code, Error, locale::Locale};
use tallylight_studio::{SampleChapter, SampleError, SampleTexts, install_ffmpeg};

/// Returns what is written and said in the sample video.
pub fn texts(locale: Locale) -> SampleTexts {
    locale.one_of(english(), german(), spanish())
}

fn english() -> SampleTexts {
    SampleTexts {
        title: "Sample video",
        description: "Made by Tallylight on this computer, to try it out.",
        chapters: [
            chapter(
                "Welcome",
                "Welcome to Tallylight. This is a sample video, made on your computer.",
                "Drop a video into the window, and it is uploaded and processed.",
            ),
            chapter(
                "What a video gets",
                "It gets thumbnails from its picture, and chapters.",
                "Its subtitles become the transcript, in which you can search.",
            ),
            chapter(
                "When it is ready",
                "When the video is ready, you get a notification.",
                "Then copy its texts to where you publish it.",
            ),
        ],
    }
}

fn german() -> SampleTexts {
    SampleTexts {
        title: "Beispielvideo",
        description: "Von Tallylight auf diesem Computer erstellt, zum Ausprobieren.",
        chapters: [
            chapter(
                "Willkommen",
                "Willkommen bei Tallylight. Das ist ein Beispielvideo, das auf deinem Computer erstellt wurde.",
                "Zieh ein Video in das Fenster, und es wird hochgeladen und verarbeitet.",
            ),
            chapter(
                "Was ein Video bekommt",
                "Es bekommt Vorschaubilder aus seinem Bild, und Kapitel.",
                "Seine Untertitel werden zum Transkript, das du durchsuchen kannst.",
            ),
            chapter(
                "Wenn es bereit ist",
                "Wenn das Video bereit ist, bekommst du eine Mitteilung.",
                "Kopiere dann seine Texte dorthin, wo du es veröffentlichst.",
            ),
        ],
    }
}

fn spanish() -> SampleTexts {
    SampleTexts {
        title: "Vídeo de ejemplo",
        description: "Creado por Tallylight en este ordenador, para probarlo.",
        chapters: [
            chapter(
                "Bienvenida",
                "Te damos la bienvenida a Tallylight. Este es un vídeo de ejemplo, creado en tu ordenador.",
                "Arrastra un vídeo a la ventana, y se sube y se procesa.",
            ),
            chapter(
                "Qué recibe un vídeo",
                "Recibe miniaturas de su imagen, y capítulos.",
                "Sus subtítulos se convierten en la transcripción, en la que puedes buscar.",
            ),
            chapter(
                "Cuando está listo",
                "Cuando el vídeo está listo, recibes una notificación.",
                "Después copia sus textos donde lo publiques.",
            ),
        ],
    }
}

fn chapter(title: &'static str, first: &'static str, second: &'static str) -> SampleChapter {
    SampleChapter { title, lines: [first, second] }
}

/// Returns the error of a sample that could not be made, for the user.
pub fn failed(error: SampleError, locale: Locale) -> Error {
    let message = match &error {
        SampleError::NoFfmpeg => ffmpeg_missing(locale),
        SampleError::Ffmpeg(details) => sample_failed(details, locale),
        SampleError::File(details) => sample_failed(&details.to_string(), locale),
    };
    Error::new(Code::File, message).caused_by(error)
}

fn ffmpeg_missing(locale: Locale) -> String {
    let how = install_ffmpeg().map(|command| format!(" ({command})")).unwrap_or_default();
    locale.one_of(
        format!("The sample video needs ffmpeg, which isn't installed. Install it{how}, then try again."),
        format!(
            "Das Beispielvideo braucht ffmpeg, das nicht installiert ist. Installiere es{how} und versuche es erneut."
        ),
        format!("El vídeo de ejemplo necesita ffmpeg, que no está instalado. Instálalo{how} y vuelve a intentarlo."),
    )
}

fn sample_failed(details: &str, locale: Locale) -> String {
    let words = locale.one_of(
        "Couldn't make the sample video",
        "Das Beispielvideo konnte nicht erstellt werden",
        "No se pudo crear el vídeo de ejemplo",
    );
    format!("{words} ({details}).")
}

#[cfg(test)]
mod tests {
    use tallylight_core::settings::Language;

    use super::*;

    #[test]
    fn sample_and_its_failure_speak_the_users_language() {
        let german = Locale::new(Language::De, "");
        assert_eq!(texts(Locale::default()).title, "Sample video");
        assert_eq!(texts(german).title, "Beispielvideo");
        let missing = failed(SampleError::NoFfmpeg, german);
        assert_eq!(missing.code, Code::File);
        assert!(missing.message.starts_with("Das Beispielvideo braucht ffmpeg"));
    }
}
