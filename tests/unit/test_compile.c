#include <stdio.h>
#include <stdlib.h>

#include "syncer/compile.h"
#include "tests/unit/image_walk.h"
#include "tests/unit/test.h"

static void
an_empty_project_compiles_to_a_sound_image(void **state)
{
	const char doc[] =
	    "{\"has_updates\":true,\"time\":5,\"feature_gates\":{},"
	    "\"dynamic_configs\":{},\"layer_configs\":{},"
	    "\"condition_map\":{},\"experiment_to_layer\":{}}";
	struct compile_result out;
	struct image im;

	(void)state;
	assert_int_equal(compile_document(doc, strlen(doc), NULL, &out), FG_OK);
	assert_true(out.has_updates);
	image_seal(out.image, out.image_len, 1, 2, "Network");
	assert_int_equal(image_open(out.image, out.image_len, &im), FG_OK);
	assert_int_equal(image_check(&im), FG_OK);
	assert_null(image_walk(&im));
	assert_int_equal(image_head64(&im, IMAGE_H_LCUT), 5);
	compile_result_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_project_compiles_to_a_sound_image),
	};

	return cmocka_run_group_tests_name("compile", tests, NULL, NULL);
}
