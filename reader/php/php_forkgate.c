#include "php_forkgate.h"

#include "SAPI.h"
#include "ext/json/php_json.h"
#include "ext/spl/spl_exceptions.h"
#include "ext/standard/info.h"
#include "php_ini.h"

#include "zend_attributes.h"
#include "zend_enum.h"

#include "php_client.h"
#include "php_layer.h"
#include "php_pool.h"
#include "php_result.h"
#include "php_sticky.h"
#include "php_user.h"

#if PHP_VERSION_ID < 80200
/* What keeps arguments out of stack traces came later. */
#define zend_add_parameter_attribute(...) ((void)0)
#endif
#include "forkgate_arginfo.h"

ZEND_DECLARE_MODULE_GLOBALS(forkgate)

zend_class_entry *php_forkgate_exception_ce;
zend_class_entry *php_forkgate_outcome_ce;
zend_class_entry *php_forkgate_kind_ce;
zend_class_entry *php_forkgate_hash_ce;
zend_class_entry *php_forkgate_format_ce;

/* ---- Settings. ---- */

/* What chooses the client: a pool's own settings come after the module began. */
static PHP_INI_MH(on_client)
{
	FORKGATE_G(pool) = NULL;
	return OnUpdateString(
	    entry, new_value, mh_arg1, mh_arg2, mh_arg3, stage);
}

static PHP_INI_MH(on_logging)
{
	FORKGATE_G(pool) = NULL;
	return OnUpdateBool(entry, new_value, mh_arg1, mh_arg2, mh_arg3, stage);
}

/* clang-format off */
#define ENTRY(name, value, modes, update, member) \
	STD_PHP_INI_ENTRY("forkgate." name, value, modes, update, member, \
	    zend_forkgate_globals, forkgate_globals)
#define SWITCH(name, value, modes, update, member) \
	STD_PHP_INI_BOOLEAN("forkgate." name, value, modes, update, member, \
	    zend_forkgate_globals, forkgate_globals)

PHP_INI_BEGIN()
	SWITCH("enabled", "1", PHP_INI_SYSTEM, OnUpdateBool, enabled)
	ENTRY("state_dir", "", PHP_INI_SYSTEM, on_client, state_dir)
	ENTRY("project", "default", PHP_INI_SYSTEM, on_client, project)
	ENTRY("environment", "", PHP_INI_SYSTEM, on_client, environment)
	ENTRY("projects", "", PHP_INI_SYSTEM, OnUpdateString, projects)
	SWITCH("logging", "1", PHP_INI_SYSTEM, on_logging, logging)
	ENTRY("dedupe_ttl_ms", "0", PHP_INI_SYSTEM, OnUpdateLongGEZero,
	    dedupe_ttl_ms)
	SWITCH("exposures", "1", PHP_INI_ALL, OnUpdateBool, exposures)
	ENTRY("max_session_ms", "-1", PHP_INI_ALL, OnUpdateLong,
	    max_session_ms)
	SWITCH("allow_overrides", "0", PHP_INI_ALL, OnUpdateBool,
	    allow_overrides)
PHP_INI_END()
/* clang-format on */

/* ---- The module's life. ---- */

static PHP_GINIT_FUNCTION(forkgate)
{
#if defined(ZTS) && defined(COMPILE_DL_FORKGATE)
	ZEND_TSRMLS_CACHE_UPDATE();
#endif
	memset(forkgate_globals, 0, sizeof(*forkgate_globals));
}

static PHP_GSHUTDOWN_FUNCTION(forkgate)
{
	fg_user_free(forkgate_globals->user);
	fg_user_free(forkgate_globals->spare_user);
}

static void
register_classes(void)
{
	zend_class_entry *json = php_json_serializable_ce;

	php_forkgate_outcome_ce = register_class_Forkgate_Outcome();
	php_forkgate_kind_ce = register_class_Forkgate_OverrideKind();
	php_forkgate_hash_ce = register_class_Forkgate_ResponseHash();
	php_forkgate_format_ce = register_class_Forkgate_ResponseFormat();
	php_forkgate_exception_ce =
	    register_class_Forkgate_Exception(spl_ce_RuntimeException);
	php_user_ce = register_class_Forkgate_User(json);
	php_result_details_ce = register_class_Forkgate_EvaluationDetails();
	php_result_gate_ce = register_class_Forkgate_FeatureGate();
	php_result_config_ce = register_class_Forkgate_DynamicConfig(json);
	php_result_groups_ce = register_class_Forkgate_ExperimentGroups();
	php_layer_ce = register_class_Forkgate_Layer();
	php_layer_store_ce = register_class_Forkgate_ParameterStore();
	php_client_status_ce = register_class_Forkgate_Status();
	php_sticky_storage_ce = register_class_Forkgate_StickyStorage();
	php_sticky_values_ce = register_class_Forkgate_StickyValues();
	php_client_ce = register_class_Forkgate_Client();
	php_user_startup();
	php_result_startup();
	php_layer_startup();
	php_layer_store_startup();
	php_client_startup();
}

/*
 * A server runs this before it forks and drops its rights: what is opened here
 * works in every worker, whoever that runs as and wherever its root is.
 */
static PHP_MINIT_FUNCTION(forkgate)
{
	REGISTER_INI_ENTRIES();
	register_forkgate_symbols(module_number);
	register_classes();
	php_pool_startup();
	if (FORKGATE_G(enabled))
		php_pool_open_all();
	return SUCCESS;
}

static PHP_MSHUTDOWN_FUNCTION(forkgate)
{
	UNREGISTER_INI_ENTRIES();
	php_pool_shutdown();
	return SUCCESS;
}

static PHP_RSHUTDOWN_FUNCTION(forkgate)
{
	php_user_request_end();
	return SUCCESS;
}

/* Objects go after RSHUTDOWN, and other modules may still run code. */
static ZEND_MODULE_POST_ZEND_DEACTIVATE_D(forkgate)
{
	php_pool_request_end();
	return SUCCESS;
}

/* ---- phpinfo() ---- */

static void
row(const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	php_info_print_table_row(2, name, text);
}

static void
age_row(const char *name, uint64_t now, uint64_t then)
{
	char text[48] = "never";

	if (then != 0)
		snprintf(text, sizeof(text), "%" PRIu64 " s ago",
		    now > then ? (now - then) / 1000 : 0);
	php_info_print_table_row(2, name, text);
}

/* Clients of forkgate.projects, and those that programs made. */
static void
other_clients(const struct php_pool *known)
{
	struct php_pool *pool;
	struct php_client_view v;
	char *text;

	for (pool = php_pool_all(); pool != NULL; pool = pool->next) {
		if (pool == known)
			continue;
		php_client_look(pool, &v);
		spprintf(&text, 0, "%s of %s%s: %s", php_pool_project(pool),
		    pool->key.snapshot[0] != '\0' ? pool->key.snapshot
						  : php_pool_state_dir(pool),
		    pool->key.sticky ? ", sticky" : "",
		    v.error != NULL ? v.error : "ready");
		php_info_print_table_row(2, "Another client", text);
		efree(text);
	}
}

static PHP_MINFO_FUNCTION(forkgate)
{
	struct php_pool *pool = php_pool_default();
	struct php_client_view v;

	php_info_print_table_start();
	php_info_print_table_row(2, "forkgate support", "enabled");
	php_info_print_table_row(2, "Version", PHP_FORKGATE_VERSION);
	if (pool != NULL) {
		php_client_look(pool, &v);
		php_info_print_table_row(
		    2, "State directory", php_pool_state_dir(pool));
		php_info_print_table_row(2, "Project", php_pool_project(pool));
		php_info_print_table_row(
		    2, "Rules", v.error != NULL ? v.error : "ready");
		row("Generation", v.info.generation);
		age_row("Received", v.now_ms, v.info.received_at);
		age_row("Syncer's last sign", v.now_ms, v.info.heartbeat);
		row("Gates", v.info.n_gates);
		row("Configs", v.info.n_configs);
		row("Layers", v.info.n_layers);
		row("Exposures of this process", v.info.n_exposures);
		row("Events dropped by this process", v.info.n_dropped);
	}
	other_clients(pool);
	php_info_print_table_end();
	DISPLAY_INI_ENTRIES();
}

static const zend_module_dep deps[] = {ZEND_MOD_REQUIRED("json")
	ZEND_MOD_REQUIRED("spl") ZEND_MOD_REQUIRED("date") ZEND_MOD_END};

zend_module_entry forkgate_module_entry = {STANDARD_MODULE_HEADER_EX, NULL,
    deps, "forkgate", ext_functions, PHP_MINIT(forkgate),
    PHP_MSHUTDOWN(forkgate), NULL, PHP_RSHUTDOWN(forkgate), PHP_MINFO(forkgate),
    PHP_FORKGATE_VERSION, PHP_MODULE_GLOBALS(forkgate), PHP_GINIT(forkgate),
    PHP_GSHUTDOWN(forkgate), ZEND_MODULE_POST_ZEND_DEACTIVATE_N(forkgate),
    STANDARD_MODULE_PROPERTIES_EX};

#ifdef COMPILE_DL_FORKGATE
#ifdef ZTS
ZEND_TSRMLS_CACHE_DEFINE()
#endif
ZEND_GET_MODULE(forkgate)
#endif
