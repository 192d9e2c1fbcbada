#!/bin/sh
# Writes the trial installation's passwords, once, to .compose/. Run by `make compose` before the containers start.
set -eu
cd "$(dirname "$0")/../.."
umask 077
mkdir -p .compose
for name in postgres-password rabbitmq-password oidc-client-secret trial-password trial-system-secret; do
    if [ ! -s ".compose/$name" ]; then
        head -c 18 /dev/urandom | base64 | tr '+/' '-_' > ".compose/$name"
        # the folder keeps others out; inside the containers other users have to read them
        chmod 644 ".compose/$name"
    fi
done
