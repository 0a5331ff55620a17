#!/bin/sh
# with_redis.sh COMMAND...: a Redis of its own, every write on disk before it is answered, and beside it the command.
set -eu
socket="$BENCH_FOLDER/redis.sock"
rm -f "$socket"
redis-server --port 0 --unixsocket "$socket" --dir "$BENCH_FOLDER" --save '' --appendonly yes --appendfsync always \
    --daemonize no >"$BENCH_FOLDER/redis.log" 2>&1 &
redis=$!
trap 'kill $redis' EXIT
trap 'kill "$command"' TERM
until [ -S "$socket" ]; do sleep 0.1; done
REDIS_URL="unix://$socket" "$@" &
command=$!
wait "$command" || true
