// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "running_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct running_conf conf;
    struct failure failure = {0};
    require(secret_memory_init(&failure), "libsodium works");
    char *bytes = copy_of(data, size);
    if (running_conf_parse(&conf, bytes, size, &failure)) {
        require(conf.port <= 65535, "a port is one");
        require(strnlen(conf.socket, sizeof(conf.socket)) < sizeof(conf.socket) &&
                    strnlen(conf.bind, sizeof(conf.bind)) < sizeof(conf.bind),
                "texts end");
        require(conf.socket[0] == '\0' || conf.socket[0] == '/', "a path is whole");
        require(bind_local_of(conf.bind).count <= BIND_LOCAL_MAX, "addresses have a limit");
    } else {
        require(failure.exit_code == EX_CONFIG || failure.exit_code == EX_DATAERR,
                "a conf that was changed ends with 78, an unfit password with 65");
        require_told(&failure);
    }
    running_conf_free(&conf);
    free(bytes);
    return 0;
}
