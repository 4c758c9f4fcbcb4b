#!/bin/sh
# Writes the tables of this folder as a spreadsheet program does: sh make.sh (Debian: libreoffice-calc). Run it to make them
# again; the tests read what is checked in.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# sheet NAME HEADER...: three people, a note of two lines, an empty row and a last column without a name.
sheet() {
    name=$1
    shift
    {
        printf '<?xml version="1.0" encoding="UTF-8"?><office:document'
        printf ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        printf ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        printf ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"'
        printf ' office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet>'
        printf '<table:table table:name="people">'
        row "$@" ''
        row zoe 'Zoë; "Z" Example, jr' zoe@example.org 'two
lines' ' '
        row '' '' '' '' ''
        row jose 'José Éxample' jose@example.org '' ''
        row anna 'Anna – Example' '' '3,5' ''
        printf '</table:table></office:spreadsheet></office:body></office:document>'
    } >"$work/$name.fods"
}
row() {
    printf '<table:table-row>'
    for cell in "$@"; do
        printf '<table:table-cell office:value-type="string">'
        printf '%s\n' "$cell" | sed -e 's/&/\&amp;/g' -e 's/^/<text:p>/' -e 's/$/<\/text:p>/' | tr -d '\n'
        printf '</table:table-cell>'
    done
    printf '</table:table-row>'
}
# export_as NAME FILE SEPARATOR CHARSET LANGUAGE: 44 is a comma, 59 a semicolon, 9 a tab; 76 is UTF-8, 65535 UTF-16,
# 1 Windows-1252; 1033 is English, 1043 Dutch, 1036 French.
export_as() {
    soffice -env:UserInstallation="file://$work/profile" --headless \
        --convert-to "csv:Text - txt - csv (StarCalc):$3,34,$4,1,,$5,false,true,true,false" \
        --outdir "$work" "$work/$1.fods" >/dev/null
    mv "$work/$1.csv" "$2"
}

sheet dutch Gebruikersnaam 'Volledige naam' E-mailadres Notitie
sheet french "Nom d'utilisateur" 'Nom complet' 'Adresse e-mail' Note
sheet english Login 'Full name' 'E-mail address' Note
export_as dutch dutch-semicolon-utf-8.csv 59 76 1043
export_as dutch dutch-tab-utf-16.csv 9 65535 1043
export_as french french-semicolon-utf-8.csv 59 76 1036
export_as french french-semicolon-windows-1252.csv 59 1 1036
export_as english english-comma-utf-8.csv 44 76 1033
export_as english english-comma-utf-16.csv 44 65535 1033
