// SPDX-License-Identifier: Apache-2.0
#include "server_socket.h"

#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "user_word.h"

struct server_socket server_socket_of(const struct settings *settings,
                                      const struct server_args *args)
{
    struct server_socket socket = {.path = ""};
    const struct user_word users = user_word_of("unixsocket", NULL, settings, args);
    if (users.unreadable)
        return socket;
    if (users.found) {
        memcpy(socket.path, users.text, sizeof(socket.path));
        return socket;
    }
    const int length =
        snprintf(socket.path, sizeof(socket.path), "%s/" SOCKET_NAME, settings->run_dir);
    socket.is_ours = settings->conf != CONF_MEMFD && length > 0 &&
                     (size_t)length < sizeof(((struct sockaddr_un *)NULL)->sun_path);
    if (!socket.is_ours)
        socket.path[0] = '\0';
    return socket;
}
