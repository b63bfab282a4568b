# SPDX-License-Identifier: Apache-2.0
# A stand-in for the official image of Redis, or with SERVER=valkey-server of Valkey, which has the names of Redis as links:
# its layout, and an entrypoint that does what its own does at a start.
FROM debug
ARG SERVER=redis-server
COPY official-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN chmod 0755 /usr/local/bin/docker-entrypoint.sh \
    && rm /usr/local/bin/redis-init /usr/local/bin/redis-init-supervise \
    && mv "$(readlink -f /usr/bin/redis-server)" "/usr/local/bin/$SERVER" \
    && rm /usr/bin/redis-server \
    && { [ "$SERVER" = redis-server ] || ln -s "$SERVER" /usr/local/bin/redis-server; }
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["redis-server", "--protected-mode", "no"]
