# `nix run github:tallylight/tallylight`. The crates and npm packages come by the hashes in their lock files.
{
  description = "Desktop companion for video uploads: progress, edits and notifications";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      forEach = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      version = (builtins.fromTOML (builtins.readFile ./Cargo.toml)).workspace.package.version;

      page = pkgs: pkgs.buildNpmPackage {
        pname = "tallylight-page";
        inherit version;
        src = ./ui;
        npmDeps = pkgs.importNpmLock { npmRoot = ./ui; };
        npmConfigHook = pkgs.importNpmLock.npmConfigHook;
        installPhase = "cp --recursive dist $out";
      };

      package = pkgs: pkgs.rustPlatform.buildRustPackage {
        pname = "tallylight";
        inherit version;
        src = self;
        cargoLock.lockFile = ./Cargo.lock;
        cargoBuildFlags = [ "--package" "tallylight" "--features" "tallylight/whisper" ];
        # The tests need a desktop, a keychain and programs of Debian: `cargo xtask test` runs them.
        doCheck = false;
        # The bindings of whisper.cpp are in its crate; to make them anew would need Clang.
        WHISPER_DONT_GENERATE_BINDINGS = "1";
        preBuild = "cp --recursive ${page pkgs} ui/dist";

        nativeBuildInputs = with pkgs; [ cmake pkg-config wrapGAppsHook3 ];
        buildInputs = with pkgs; [ glib-networking gtk3 librsvg webkitgtk_4_1 xdotool ] ++ (with gst_all_1; [
          gstreamer
          gst-plugins-base
          gst-plugins-good
          gst-libav
        ]);
        # CMake is for whisper.cpp only.
        dontUseCmakeConfigure = true;

        postInstall = ''
          ln -s tallylight $out/bin/tally
          install -Dm644 packaging/tv.tallylight.app.desktop -t $out/share/applications
          install -Dm644 icons/app.svg $out/share/icons/hicolor/scalable/apps/tv.tallylight.app.svg
          install -Dm644 src-tauri/icons/128x128.png $out/share/icons/hicolor/128x128/apps/tv.tallylight.app.png
        '';
        # ffmpeg processes videos on this computer.
        preFixup = ''
          gappsWrapperArgs+=(--prefix PATH : ${pkgs.lib.makeBinPath [ pkgs.ffmpeg ]})
        '';

        meta = {
          description = "Desktop companion for video uploads: progress, edits and notifications";
          homepage = "https://github.com/tallylight/tallylight";
          license = with pkgs.lib.licenses; [ mit asl20 ];
          mainProgram = "tallylight";
          platforms = systems;
        };
      };
    in
    {
      packages = forEach (pkgs: { default = package pkgs; });
    };
}
