/* results.c: memory of the results of `bench network`, and the figures that follow from them. */
#include "tools/bench/network/results.h"

#include <stdlib.h>
#include <string.h>

#include "tools/base/message.h"

bool mbt_network_report_open(mbt_network_report *report, size_t runs, const char *model, const mbt_machine *machine)
{
    *report = (mbt_network_report){.model = model, .machine = machine};
    report->runs = calloc(runs + 1, sizeof *report->runs);
    return report->runs != NULL || mbt_complain("out of memory");
}

void mbt_network_report_close(mbt_network_report *report)
{
    for (size_t i = 0; i < report->profile_count; i++)
        mbt_profile_release(&report->profiles[i].profile);
    free(report->runs);
    *report = (mbt_network_report){.runs = NULL};
}

double mbt_network_gflops(const mbt_network_run *run)
{
    return 2 * run->macs / run->time.median;
}

double mbt_network_share(const mbt_network_run *run)
{
    return mbt_network_gflops(run) / (run->peak * run->threads);
}

double mbt_network_thread_ns(const mbt_profile *profile)
{
    double all = 0;
    for (size_t part = 0; part < profile->parts; part++)
        all += profile->part_other[part];
    for (size_t i = 0; i < profile->rows; i++)
        all += profile->row[i].ns;
    return all;
}

void mbt_network_kinds(const mbt_profile *profile, double share[MBT_KINDS])
{
    const double all = mbt_network_thread_ns(profile);
    memset(share, 0, MBT_KINDS * sizeof *share);
    for (size_t i = 0; i < profile->rows; i++)
        share[profile->row[i].kind] += profile->row[i].ns;
    for (size_t part = 0; part < profile->parts; part++)
        share[MBT_KIND_OTHER] += profile->part_other[part];
    for (int kind = 0; kind < MBT_KINDS; kind++)
        share[kind] /= all > 0 ? all : 1;
}
