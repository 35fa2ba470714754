cask "tallylight" do
  version "@VERSION@"
  sha256 "@SHA256:_universal.dmg@"

  url "@URL@/Tallylight_@VERSION@_universal.dmg"
  name "Tallylight"
  desc "Desktop companion for video uploads: progress, edits and notifications"
  homepage "https://github.com/tallylight/tallylight"

  livecheck do
    url :url
    strategy :github_latest
  end

  auto_updates true
  depends_on formula: "ffmpeg"
  depends_on macos: ">= :big_sur"

  app "Tallylight.app"
  binary "#{appdir}/Tallylight.app/Contents/MacOS/tally"

  uninstall quit:       "tv.tallylight.app",
            login_item: "Tallylight"

  zap trash: [
    "~/Library/Application Support/tallylight",
    "~/Library/Caches/tv.tallylight.app",
    "~/Library/LaunchAgents/Tallylight.plist",
    "~/Library/WebKit/tv.tallylight.app",
  ]
end
