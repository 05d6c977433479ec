/* unit_main.h: the main function of every unit test. */
#ifndef MBT_TESTS_UNIT_UNIT_MAIN_H
#define MBT_TESTS_UNIT_UNIT_MAIN_H

#include <check.h>
#include <stdlib.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* Runs the tests of one case; for main. */
static inline int unit_main(TCase *tests, const char *name)
{
    Suite *suite = suite_create(name);
    tcase_set_timeout(tests, 300); /* emulated and sanitized builds are slow */
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
