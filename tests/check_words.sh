#!/bin/sh
# Texts that must not be in the project: work left undone, and what only makes
# sense on somebody's own machine or in somebody's own notes.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT

# What is tracked or about to be; in a tarball, everything but the build.
git ls-files -co --exclude-standard 2>/dev/null >"$list"
[ -s "$list" ] || find . -path ./build -prune -o -path ./.git -prune -o \
    -type f -print | sed 's|^\./||' >"$list"

# A fuzzer's corpus is data: whatever is in it is meant.
grep -v '^tests/fuzz/corpus/' "$list" >"$list.text" && mv "$list.text" "$list"

# The patterns are written so that they do not find themselves.
refuse() {
	found=$(tr '\n' '\0' <"$list" | xargs -0 grep -nIE "$1" -- /dev/null 2>/dev/null |
	    cut -c1-200)
	[ -z "$found" ] && return
	echo "check_words: $2:" >&2
	echo "$found" >&2
	bad=1
}

refuse '\b(TO''DO|FIX''ME|XX''X|HA''CK)\b' "work left undone"
refuse '\b[Nn]ot (yet )?imple''mented\b' "work left undone"
refuse '(^|[^[:alnum:]_.])/(work|root|home)/[[:alnum:]_.]' "somebody's own path"
refuse '\.\./sha''red\b' "a folder outside the project"
refuse '\b[Hh]elp''er (session|landed|agent)|\b(cod''ing|work) session' \
    "who wrote it is not the text's business"
refuse '\b([Ii]ss''ue|PR|ticket) ?#[0-9]' "a number only its tracker knows"
# A robot's user agent is a fact: what it calls itself, "...-User", may stay.
refuse '\bChat''GPT([^-]|-[^U]|$)' "who wrote it is not the text's business"
refuse '\b(CE''O|Cla''ude|Cop''ilot|AI assis''tant|language mod''el)\b' \
    "who wrote it is not the text's business"
refuse '^(<<<<<<''<|>>>>>>''>) ' "a merge that was not finished"

refuse '[[:blank:]]+$' "blanks at the end of a line"

exit $bad
