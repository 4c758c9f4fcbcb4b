// Hashes so many passwords with libargon2, one after the other: what benches/reset.sh compares with.
#include <argon2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    const char *password = "2345-6789-abcd-efgh-jkmn", *salt = "sixteen-bytes-ok";
    char hash[256];
    for (int left = argc > 1 ? atoi(argv[1]) : 1; left > 0; left--) {
        int code = argon2id_hash_encoded(2, 19456, 1, password, strlen(password), salt, strlen(salt), 32, hash, sizeof hash);
        if (code != ARGON2_OK) {
            fprintf(stderr, "%s\n", argon2_error_message(code));
            return 1;
        }
    }
    return 0;
}
