# SPDX-License-Identifier: Apache-2.0
# A stand-in for the official image: its layout, and an entrypoint that does what its own does at a start.
FROM debug
COPY official-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN chmod 0755 /usr/local/bin/docker-entrypoint.sh \
    && rm /usr/local/bin/redis-init /usr/local/bin/redis-init-supervise \
    && mv /usr/bin/redis-server /usr/bin/redis-check-rdb /usr/local/bin/
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["redis-server", "--protected-mode", "no"]
