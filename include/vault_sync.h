// SPDX-License-Identifier: Apache-2.0
#ifndef REDIS_INIT_VAULT_SYNC_H
#define REDIS_INIT_VAULT_SYNC_H

#include "vault_kube.h"
#include "vault_session.h"

/* What a run works with. */
struct sync {
    const struct sync_options *options;
    struct stop *stop;
    struct http *http;
    struct vault vault;
    struct kube kube;
    bool has_run; /* once, without a failure: that nothing changed since is not news */
};

/* The parts outlive it. As kube_open(). */
bool sync_open(struct sync *sync, const struct sync_options *options, struct stop *stop,
               struct http *http, char *const *environment, struct failure *failure) MUST_CHECK;

/* Revokes the token, and lets the mesh's sidecar go where that is asked for. */
void sync_close(struct sync *sync);

/*
 * One run, within the options' deadline: logs in, reads, judges, and only then writes. A token that
 * is from an earlier run and does not hold any more is got anew once.
 */
bool sync_run(struct sync *sync, struct failure *failure) MUST_CHECK;

/* Runs again and again, with the token renewed in between, until a signal comes, which is no
 * failure. What fails is said and tried again next time. */
void sync_watch(struct sync *sync);

/* POSTs to the options' address, within 5 s; what fails is a warning. */
void sidecar_quit(struct http *http, const struct sync_options *options);

#endif
