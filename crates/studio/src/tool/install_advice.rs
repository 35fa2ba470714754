//! How ffmpeg is installed on the system of the studio.

/// Returns how to install ffmpeg on this computer, such as `apt install ffmpeg`; `None` on a Linux distribution that is
/// not known.
pub fn install_ffmpeg() -> Option<&'static str> {
    match std::env::consts::OS {
        // A running program does not get the new path.
        "windows" => Some("winget install Gyan.FFmpeg, then restart Tallylight"),
        "macos" => Some("brew install ffmpeg"),
        _ => on_linux(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()),
    }
}

/// Chooses by the content of `/etc/os-release`, whose `ID_LIKE` names what a distribution was made from.
fn on_linux(os_release: &str) -> Option<&'static str> {
    let value = |key: &str| {
        let values = os_release.lines().filter_map(|line| line.trim().split_once('='));
        values.filter(|(name, _)| *name == key).map(|(_, value)| value.trim_matches(['"', '\'']).to_lowercase()).next()
    };
    let id = value("ID").unwrap_or_default();
    // Those that are made from Fedora, such as RHEL, have it in other repositories only.
    if id == "fedora" {
        return Some("sudo dnf install ffmpeg-free");
    }
    let names = format!("{id} {}", value("ID_LIKE").unwrap_or_default());
    names.split_whitespace().find_map(|name| match name {
        "debian" | "ubuntu" => Some("sudo apt install ffmpeg"),
        "arch" => Some("sudo pacman -S ffmpeg"),
        "suse" | "opensuse" | "opensuse-leap" | "opensuse-tumbleweed" => Some("sudo zypper install ffmpeg"),
        "alpine" => Some("doas apk add ffmpeg"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::on_linux;

    #[test]
    fn a_distribution_is_known_by_its_name_or_by_that_of_its_parent() {
        let mint = "NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n";
        let nobara = "ID=nobara\nID_LIKE='rhel centos fedora'\n";
        let manjaro = "ID_LIKE=arch\nID=manjaro\n";
        let leap = "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n";
        let fedora = "ID=fedora\r\nVARIANT_ID=workstation\r\n";
        for (os_release, expected) in [
            ("ID=debian", Some("sudo apt install ffmpeg")),
            (mint, Some("sudo apt install ffmpeg")),
            (fedora, Some("sudo dnf install ffmpeg-free")),
            (nobara, None),
            (manjaro, Some("sudo pacman -S ffmpeg")),
            (leap, Some("sudo zypper install ffmpeg")),
            ("ID=nixos\nBUILD_ID=debian", None),
            ("ID=\nID_LIKE", None),
            ("", None),
        ] {
            assert_eq!(on_linux(os_release), expected, "{os_release}");
        }
    }
}
