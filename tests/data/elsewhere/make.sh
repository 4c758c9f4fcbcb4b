#!/usr/bin/env bash
# Makes the files of this folder again, with the programs themselves: ./make.sh FOLDER
# It needs the Debian packages apache2-utils, dovecot-core, passwd, slapd and whois, and Python with Django in PYTHON.
# chpasswd needs root.
set -euo pipefail
into=$1
password='seven herons guard an orchard'
python=${PYTHON:-python3}
mkdir -p "$into"

# Apache. The last three are refused.
{
    htpasswd -nbB -C 5 httpb "$password"
    htpasswd -nb2 http2 "$password"
    htpasswd -nb5 http5 "$password"
    echo '# MD5, SHA-1 and DES'
    htpasswd -nbm httpm "$password"
    htpasswd -nbs https "$password"
    htpasswd -nbd httpd "${password:0:8}"
} 2>/dev/null | grep . >"$into/htpasswd"

# Dovecot's passwd-file. The last three are refused.
for scheme in BLF-CRYPT SHA256-CRYPT SHA512-CRYPT ARGON2I ARGON2ID PBKDF2 SSHA SSHA256 SSHA512 MD5-CRYPT SHA PLAIN; do
    name=$(tr -d - <<<"dove$scheme" | tr '[:upper:]' '[:lower:]')
    printf '%s:%s:1000:1000::/home/%s::\n' "$name" "$(doveadm pw -s "$scheme" -p "$password")" "$name"
done >"$into/dovecot"

# /etc/shadow. One account of the system, one with each method, and one that is locked.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/etc/pam.d"
number=1000
{
    echo 'daemon:*:20000:0:99999:7:::'
    echo 'gone:!:20000:0:99999:7:::'
} >"$root/etc/shadow"
echo 'daemon:x:1:1::/:/usr/sbin/nologin' >"$root/etc/passwd"
for method in YESCRYPT SHA256 SHA512; do
    name=shadow${method,,}
    echo "$name:x:$((number++)):100:,,,:/home/$name:/bin/bash" >>"$root/etc/passwd"
    echo "$name:!:20000:0:99999:7:::" >>"$root/etc/shadow"
    echo "$name:$password" | chpasswd -R "$root" -c "$method"
done
for method in yescrypt bcrypt bcrypt-a sha512crypt sha256crypt gost-yescrypt md5crypt; do
    echo "mk${method/-/}:$(mkpasswd -m "$method" "$password"):20000:0:99999:7:::" >>"$root/etc/shadow"
done
echo "locked:!$(mkpasswd -m sha512crypt "$password"):20000:0:99999:7:::" >>"$root/etc/shadow"
cp "$root/etc/shadow" "$into/shadow"

# OpenLDAP, as 'slapcat' writes it.
ldap() {
    printf '\ndn: uid=%s,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: %s\n' "$1" "$1"
    printf 'cn: %s\ndisplayName:: %s\nmail: %s@example.org\n' "$1" "$(printf 'Zoë %s' "$1" | base64 -w0)" "$1"
    printf 'userPassword:: %s' "$(printf %s "$2" | base64 -w0 | fold -w 60 | sed '2,$s/^/ /')"
    printf '\n'
}
{
    printf 'version: 1\n\n# The top\ndn: dc=example,dc=org\nobjectClass: organization\no: Example\n'
    ldap ldapssha "$(slappasswd -n -h '{SSHA}' -s "$password")"
    ldap ldapssha256 "$(slappasswd -n -o module-load=pw-sha2 -h '{SSHA256}' -s "$password")"
    ldap ldapssha512 "$(slappasswd -n -o module-load=pw-sha2 -h '{SSHA512}' -s "$password")"
    ldap ldapargon2 "$(slappasswd -n -o module-load=argon2 -h '{ARGON2}' -s "$password")"
    # shellcheck disable=SC2016  # The dollars are of the salt.
    ldap ldapcrypt "$(slappasswd -n -h '{CRYPT}' -c '$6$%.16s' -s "$password")"
    ldap ldapsha "$(slappasswd -n -h '{SHA}' -s "$password")"
} >"$into/people.ldif"

# Django, as 'manage.py dumpdata auth.user' writes it.
PASSWORD=$password "$python" - >"$into/django.json" <<'PYTHON'
import os

import django
from django.conf import settings

names = ["PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher", "Argon2PasswordHasher", "BCryptSHA256PasswordHasher",
         "BCryptPasswordHasher", "ScryptPasswordHasher", "MD5PasswordHasher"]
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    PASSWORD_HASHERS=["django.contrib.auth.hashers." + name for name in names],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()
from django.contrib.auth.hashers import get_hashers, make_password
from django.contrib.auth.models import User
from django.core.management import call_command

call_command("migrate", verbosity=0)
for hasher in get_hashers():
    name = "dj" + hasher.algorithm.replace("_", "")
    User.objects.create(username=name, first_name="Zoë", last_name=name, email=name + "@example.org",
                        password=make_password(os.environ["PASSWORD"], hasher=hasher.algorithm))
User.objects.create(username="djnone", password=make_password(None))
User.objects.create(username="djgone", is_active=False, password=make_password(os.environ["PASSWORD"]))
call_command("dumpdata", "auth.user", indent=2)
PYTHON
