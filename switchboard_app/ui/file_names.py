"""Names of files that strangers chose, made harmless before anything on this machine sees them.

`cleaned` keeps the true last ending and drops what leads elsewhere (folders, drives, streams, control and direction
characters, reserved names of Windows). `risky` says whether a file of this name could run something when it is opened:
such files are only saved, with a warning. Refuses to look at bytes; the kind of a picture is read from its bytes.
"""

from __future__ import annotations

import re
import unicodedata

from switchboard_app.model.language import tr

MOST_CHARACTERS = 150
MOST_BYTES = 200

_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"]
)
_RISKY_NAMES = frozenset({"desktop.ini", "autorun.inf", "htaccess"})
_RISKY = frozenset(
    "action apk app appimage application appref-ms appx appxbundle bas bash bat bin cer chm class cmd com command"
    " cpl crt csh deb desktop diagcab diagcfg diagpkg dll dmg docm dotm drv exe fxp gadget grp hlp hpj hta htm"
    " html img inf ins iqy iso isp jar jnlp job js jse ksh lib library-ms lnk mad maf mag mam maq mar mas mat mau"
    " mav maw mda mdb mde mdt mdw mdz mht mhtml msc msh msi msix msixbundle msp mst msu ocx one onepkg ops osd pcd"
    " pif pkg pl plg potm ppam ppsm pptm prf prg ps1 ps1xml ps2 psc1 psc2 psd1 psm1 pst py pyc pyo pyw pyz rb reg"
    " rpm run scf scpt scr sct search-ms searchconnector-ms service settingcontent-ms sh shb shs shtml sldm slk"
    " svg svgz swf sys tcsh terminal theme themepack tmp udl url vb vbe vbp vbs vhd vhdx vsmacros vsw vxd webloc"
    " website workflow ws wsb wsc wsf wsh xbap xhtml xht xla xlam xll xlm xlsb xlsm xltm xnk xsl xslt zsh".split()
)
_SEPARATORS = re.compile(r"[/\\]+")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_BLANKS = re.compile(r"\s+")


def _seen(name: str) -> str:
    """The name without characters that cannot be seen or that turn the reading direction; blanks as one blank."""
    kept = "".join(
        " " if char in "\t\n\r\x0b\x0c\u2028\u2029" else char
        for char in name
        if char in "\t\n\r\x0b\x0c\u2028\u2029" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
    )
    return _BLANKS.sub(" ", kept)


def _bare(name: str) -> str:
    """The last part of what may be a path, without dots and blanks at its ends."""
    parts = [part.strip(" .") for part in _SEPARATORS.split(_seen(name))]
    return next((part for part in reversed(parts) if part), "")


def ending(name: str) -> str:
    """The true last ending, lower case, without its dot; "" when there is none."""
    stem, dot, last = _bare(name).rpartition(".")
    return last.strip().lower() if dot and stem else ""


def risky(name: str) -> bool:
    """Whether opening a file of this name could run something. Judged as Windows would: the last ending counts."""
    bare = _bare(name).lower()
    hidden = any(part.strip().lower().rstrip(" .") == f".{bare}" for part in _SEPARATORS.split(_seen(name)))
    return ending(name) in _RISKY or bare in _RISKY_NAMES or (hidden and bare in _RISKY)


def openable(name: str, mime: str) -> bool:
    """Whether a file may be opened with the system's program after a question: a PDF that nothing else may be."""
    return mime == "application/pdf" and not risky(name) and ending(name) in ("", "pdf")


def cleaned(name: str) -> str:
    """A name under which the file may be saved here; never empty."""
    bare = _FORBIDDEN.sub("_", _bare(name)).strip(" .")
    stem, dot, last = bare.rpartition(".")
    if not dot or not stem.strip(" ."):
        stem, last = bare, ""
    stem, last = stem.rstrip(" ."), last.strip(" .")
    if not stem:
        stem = tr("attachment")
    if stem.partition(".")[0].strip().upper() in _RESERVED:
        stem = f"_{stem}"
    tail = f".{last}" if last else ""
    if len(tail) > MOST_CHARACTERS // 2 or len(tail.encode()) > MOST_BYTES // 2:
        stem, tail = f"{stem}{tail}", ""  # no ending is that long: it is a sentence with a full stop
    return f"{_cut(stem, len(tail), len(tail.encode()))}{tail}"


def _cut(stem: str, characters: int, size: int) -> str:
    """`stem` shortened so that with `characters` and `size` bytes more it keeps within the limits."""
    stem = stem[: MOST_CHARACTERS - characters]
    while len(stem.encode()) > MOST_BYTES - size:
        stem = stem[:-1]
    return stem.rstrip(" .") or "_"


def size_words(size: int) -> str:
    """1.8 MB, 312 kB, 0.4 kB; "" while it is unknown."""
    if size <= 0:
        return ""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size / 1000:.1f} kB"
