#!/bin/sh
# Run once by the database's image, on an empty volume. One role owns the tables; the one that
# server and worker sign in as does not, so that even they cannot rewrite the log.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
    --set owner="$IIT_DB_OWNER_PASSWORD" --set app="$IIT_DB_APP_PASSWORD" <<'SQL'
create role iit_owner login password :'owner';
create role iit_app login password :'app';
create database iit owner iit_owner;
SQL
