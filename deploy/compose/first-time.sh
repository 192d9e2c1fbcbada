#!/bin/sh
# Writes the trial installation's passwords, once, to var/compose/. Run by `make compose` before the containers start.
set -eu
cd "$(dirname "$0")/../.."
umask 077
mkdir -p var/compose
for name in postgres-password rabbitmq-password oidc-client-secret trial-password; do
    if [ ! -s "var/compose/$name" ]; then
        head -c 18 /dev/urandom | base64 | tr '+/' '-_' > "var/compose/$name"
        # the folder keeps others out; inside the containers other users have to read them
        chmod 644 "var/compose/$name"
    fi
done
