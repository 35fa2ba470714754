; An installer for one user that Debian's NSIS makes: the bundler of Tauri, which makes the released one, downloads parts
; of itself. It installs the same files, entries and links. `cargo xtask wine` makes and tests it.
;
; Defines: VERSION, FILES (the folder of the programs), OUTPUT (the installer to write), ICON

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
Name "Tallylight"
OutFile "${OUTPUT}"
Icon "${ICON}"
UninstallIcon "${ICON}"
InstallDir "$LOCALAPPDATA\Tallylight"
RequestExecutionLevel user
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "Tallylight"
VIAddVersionKey FileDescription "Track every upload"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey LegalCopyright "The Tallylight founders"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Tallylight"
!define LINKS "Software\Classes\tallylight"

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Section
  ; Files of a program that runs cannot be replaced. It saves everything when it is asked to quit.
  nsExec::Exec 'taskkill /im tallylight.exe'
  Pop $0
  SetOutPath "$INSTDIR"
  File "${FILES}/tallylight.exe"
  File "${FILES}/tally.exe"
  File "${FILES}/WebView2Loader.dll"
  File "${FILES}/licences.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\Tallylight.lnk" "$INSTDIR\tallylight.exe"

  WriteRegStr HKCU "${LINKS}" "" "URL:Tallylight"
  WriteRegStr HKCU "${LINKS}" "URL Protocol" ""
  WriteRegStr HKCU "${LINKS}\DefaultIcon" "" "$INSTDIR\tallylight.exe,0"
  WriteRegStr HKCU "${LINKS}\shell\open\command" "" '"$INSTDIR\tallylight.exe" "%1"'

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Tallylight"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\tallylight.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Tallylight founders"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

; What the user made, in %APPDATA%\tallylight, stays.
Section "Uninstall"
  nsExec::Exec 'taskkill /im tallylight.exe'
  Pop $0
  Delete "$INSTDIR\tallylight.exe"
  Delete "$INSTDIR\tally.exe"
  Delete "$INSTDIR\WebView2Loader.dll"
  Delete "$INSTDIR\licences.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Tallylight.lnk"
  DeleteRegKey HKCU "${LINKS}"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "tallylight"
SectionEnd
