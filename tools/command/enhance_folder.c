/* enhance_folder.c: every recording in a folder, enhanced into another folder. */
#define _POSIX_C_SOURCE 200809L

#include "tools/command/enhance_folder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/text.h"
#include "runtime/system/cores.h"
#include "tools/audio/file_tree.h"
#include "tools/base/message.h"
#include "tools/base/result_file.h"
#include "tools/command/jobs.h"

typedef struct file_id {
    dev_t device;
    ino_t inode;
} file_id;

typedef struct folder_work {
    const mbt_enhance_request *request;
    const mbt_loaded_model *loaded;
    mbt_enhance_one *enhance_one;
    mbt_file_tree tree;
    size_t *waiting, count; /* recordings to enhance: indices into tree.paths */
    bool *failed;           /* [tree.count] */
    file_id *recordings;    /* [tree.count], sorted */
    size_t done, failures;
} folder_work;

static int compare_ids(const void *x, const void *y)
{
    const file_id *a = x, *b = y;
    return a->device != b->device ? (a->device > b->device) - (a->device < b->device)
                                  : (a->inode > b->inode) - (a->inode < b->inode);
}

/* Which file the path leads to. If it leads to none, returns false and sets an id that no file has. */
static bool find_id(const char *path, file_id *id)
{
    struct stat about;
    bool found = stat(path, &about) == 0;
    *id = (file_id){found ? about.st_dev : 0, found ? about.st_ino : 0};
    return found;
}

static bool find_recordings(folder_work *work)
{
    const mbt_file_tree *tree = &work->tree;
    work->recordings = calloc(tree->count + 1, sizeof *work->recordings);
    for (size_t i = 0; work->recordings != NULL && i < tree->count; i++) {
        char *path = mbt_join_path(work->request->in, tree->paths[i]);
        if (path == NULL)
            return false;
        find_id(path, &work->recordings[i]);
        free(path);
    }
    if (work->recordings != NULL)
        qsort(work->recordings, tree->count, sizeof *work->recordings, compare_ids);
    return work->recordings != NULL;
}

/* A result never replaces a recording, which OUT_DIR may reach through a link, or by being above IN_DIR: another run
 * would enhance it twice. */
static bool is_no_recording(const folder_work *work, const char *out)
{
    file_id id;
    return !find_id(out, &id) || bsearch(&id, work->recordings, work->tree.count, sizeof id, compare_ids) == NULL ||
           mbt_complain("%s: is itself one of the recordings", out);
}

static bool run_one(void *cookie, size_t index)
{
    const folder_work *work = cookie;
    const char *name = work->tree.paths[work->waiting[index]];
    char *in = mbt_join_path(work->request->in, name), *out = mbt_join_path(work->request->out, name);
    mbt_enhance_request request = *work->request;
    request.in = in;
    request.out = out;
    request.in_stream = request.out_stream = false;
    bool done = ((in != NULL && out != NULL) || mbt_complain("%s: out of memory", name)) &&
                mbt_make_folders_above(out) && is_no_recording(work, out) && work->enhance_one(&request, work->loaded);
    free(in);
    free(out);
    return done;
}

static void record_end(void *cookie, size_t index, const mbt_job_end *end)
{
    folder_work *work = cookie;
    const char *name = work->tree.paths[work->waiting[index]];
    bool failed = !end->done && !end->stopped;
    work->done += end->done;
    work->failures += failed;
    work->failed[work->waiting[index]] = failed;
    char *out = end->signal != 0 ? mbt_join_path(work->request->out, name) : NULL;
    if (out != NULL)
        mbt_result_remove_left(out, end->process);
    free(out);
    if (failed && end->signal != 0)
        mbt_complain("%s: its process was ended by signal %d (%s)", name, end->signal, strsignal(end->signal));
}

/* Whether a result is there that is not older than its recording. Results appear whole, so that this is enough. */
static bool is_done(const mbt_enhance_request *request, const char *name)
{
    char *in = mbt_join_path(request->in, name), *out = mbt_join_path(request->out, name);
    struct stat from, to;
    bool done = in != NULL && out != NULL && stat(in, &from) == 0 && stat(out, &to) == 0 && S_ISREG(to.st_mode) &&
                to.st_size > 0 &&
                (to.st_mtim.tv_sec > from.st_mtim.tv_sec ||
                 (to.st_mtim.tv_sec == from.st_mtim.tv_sec && to.st_mtim.tv_nsec >= from.st_mtim.tv_nsec));
    free(in);
    free(out);
    return done;
}

static bool choose_waiting(folder_work *work)
{
    const mbt_file_tree *tree = &work->tree;
    work->waiting = calloc(tree->count + 1, sizeof *work->waiting);
    work->failed = calloc(tree->count + 1, sizeof *work->failed);
    if (work->waiting == NULL || work->failed == NULL || !find_recordings(work))
        return mbt_complain("out of memory for %zu recordings", tree->count);
    for (size_t i = 0; i < tree->count; i++)
        if (!work->request->resume || !is_done(work->request, tree->paths[i]))
            work->waiting[work->count++] = i;
    return true;
}

/* OUT_DIR must not be IN_DIR: after an interruption nothing would show which recordings are enhanced, and a second run
 * would enhance them twice. */
static bool check_folders(const mbt_enhance_request *request)
{
    struct stat in, out;
    if (stat(request->in, &in) != 0)
        return mbt_complain("%s: %s", request->in, strerror(errno));
    if (stat(request->out, &out) != 0) {
        int error = errno;
        if (lstat(request->out, &out) == 0 && S_ISLNK(out.st_mode))
            return mbt_complain("%s: a link that leads nowhere (%s)", request->out, strerror(error));
        return error == ENOENT || mbt_complain("%s: %s", request->out, strerror(error));
    }
    if (!S_ISDIR(out.st_mode))
        return mbt_complain("%s: not a folder, and %s is one", request->out, request->in);
    return in.st_dev != out.st_dev || in.st_ino != out.st_ino ||
           mbt_complain("%s: is the folder of the recordings itself; a second one is needed", request->out);
}

/* Gives each job its share of the cores. Several jobs draw no progress bar. */
static void share_cores(mbt_enhance_request *request, size_t recordings)
{
    const unsigned cores = mbt_cores();
    request->jobs = request->jobs < recordings ? request->jobs : (unsigned)recordings;
    request->jobs = request->jobs > 0 ? request->jobs : 1;
    if (request->threads == 0 && request->jobs > 1)
        request->threads = cores > request->jobs ? cores / request->jobs : 1;
    request->no_bar = request->jobs > 1;
}

static void print_counts(const folder_work *work, size_t before)
{
    const mbt_file_tree *tree = &work->tree;
    char name[4096];
    snprintf(name, sizeof name, "%s", work->request->out);
    mbt_make_printable(name);
    printf("%s: %zu recording%s: %zu enhanced", name, tree->count, mbt_plural(tree->count), work->done);
    if (before > 0)
        printf(", %zu done before", before);
    if (work->failures > 0)
        printf(", %zu failed", work->failures);
    if (tree->others > 0)
        printf("; %zu other file%s passed over", tree->others, mbt_plural(tree->others));
    putchar('\n');
}

/* Names sound that was passed over because libsndfile does not read it, and what makes it readable. */
static void warn_of_foreign(const folder_work *work)
{
    const mbt_file_tree *tree = &work->tree;
    char names[4096] = "", more[64] = "";
    size_t used = 0, named = 0;
    for (; named < MBT_MOST_FOREIGN && tree->foreign[named] != NULL && used < sizeof names; named++) {
        used +=
            (size_t)snprintf(names + used, sizeof names - used, "%s%s", named == 0 ? "" : ", ", tree->foreign[named]);
    }
    if (tree->foreign_count > named)
        snprintf(more, sizeof more, " and %zu more", tree->foreign_count - named);
    char *first = named > 0 ? mbt_join_path(work->request->in, tree->foreign[0]) : NULL;
    if (first != NULL) {
        mbt_complain("warning: %s: passed over %s%s, which libsndfile does not read; to have the first read: "
                     "ffmpeg -i '%s' '%s.wav'",
                     work->request->in, names, more, first, first);
    }
    free(first);
}

static void list_failures(const folder_work *work)
{
    const mbt_file_tree *tree = &work->tree;
    if (tree->unread > 0) {
        mbt_complain("%zu folder%s or file%s could not be read", tree->unread, mbt_plural(tree->unread),
                     mbt_plural(tree->unread));
    }
    if (work->failures > 0)
        mbt_complain("%zu of %zu recording%s failed:", work->failures, tree->count, mbt_plural(tree->count));
    for (size_t i = 0; i < tree->count; i++)
        if (work->failed[i])
            mbt_complain("  %s", tree->paths[i]);
}

/* stopped: the signal that ended the jobs, or 0. */
static void report(const folder_work *work, int stopped)
{
    const size_t all = work->tree.count, before = all - work->count;
    if (all == 0)
        mbt_complain("warning: %s: there are no recordings in it", work->request->in);
    else if (!work->request->quiet)
        print_counts(work, before);
    warn_of_foreign(work);
    if (stopped == 0) {
        list_failures(work);
    } else {
        mbt_complain("ended by a signal (%s) after %zu of %zu recordings; --resume goes on from there",
                     strsignal(stopped), before + work->done, all);
    }
}

static int run_all(folder_work *work)
{
    const mbt_jobs jobs = {
        .count = work->count, .at_once = work->request->jobs, .run = run_one, .ended = record_end, .cookie = work};
    int stopped = mbt_jobs_run(&jobs);
    report(work, stopped > 0 ? stopped : 0);
    if (stopped > 0) {
        fflush(stdout);
        signal(stopped, SIG_DFL);
        raise(stopped);
    }
    return stopped == 0 && work->failures == 0 && work->tree.unread == 0 ? MBT_EXIT_OK : MBT_EXIT_FAILED;
}

int mbt_enhance_folder(const mbt_enhance_request *request, const mbt_loaded_model *loaded, mbt_enhance_one *enhance_one)
{
    mbt_enhance_request shared = *request;
    folder_work work = {.request = &shared, .loaded = loaded, .enhance_one = enhance_one};
    if (!check_folders(request) || !mbt_file_tree_read(&work.tree, request->in, request->out))
        return MBT_EXIT_FAILED;
    int code = MBT_EXIT_FAILED;
    if (choose_waiting(&work)) {
        share_cores(&shared, work.count);
        code = run_all(&work);
    }
    free(work.waiting);
    free(work.failed);
    free(work.recordings);
    mbt_file_tree_free(&work.tree);
    return code;
}
