// SPDX-License-Identifier: Apache-2.0
#include "vault_clock.h"
#include "vault_sync.h"

void sidecar_quit(struct http *http, const struct sync_options *options)
{
    const struct http_service service = {
        .name = "the sidecar", .url = options->quit_url, .ca_option = "--quit-sidecar"};
    const struct http_request request = {.method = "POST", .path = "", .body = ""};
    struct http_answer answer;
    struct failure failure = {0};
    if (options->quit_sidecar == NULL)
        return;
    (void)http_set_deadline(http, clock_ms() + HTTP_GOODBYE_MS);
    if (!http_ask(http, &service, &request, &answer, &failure))
        report_line(&options->report, REPORT_WARNING, "--quit-sidecar: %s", failure.text);
    else if (answer.status < 200 || answer.status > 299)
        report_line(&options->report, REPORT_WARNING, "--quit-sidecar: %s answers %ld",
                    options->quit_url, answer.status);
}
