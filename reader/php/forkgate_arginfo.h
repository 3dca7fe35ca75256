/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: af17a6c923713f5157ba9c3ff601d478cca5a512 */

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_Forkgate_check_gate, 0, 2, _IS_BOOL, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, gate, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exposure, _IS_BOOL, 0, "true")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_Forkgate_get_config, 0, 2, IS_ARRAY, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, config, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exposure, _IS_BOOL, 0, "true")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_Forkgate_get_experiment, 0, 2, IS_ARRAY, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, experiment, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exposure, _IS_BOOL, 0, "true")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_Forkgate_get_layer_param, 0, 3, IS_MIXED, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, layer, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, default, IS_MIXED, 0, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_Forkgate_log_event, 0, 2, _IS_BOOL, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
	ZEND_ARG_TYPE_MASK(0, value, MAY_BE_STRING|MAY_BE_LONG|MAY_BE_DOUBLE|MAY_BE_NULL, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, metadata, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_Forkgate_status, 0, 0, Forkgate\\Status, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_Forkgate_refresh, 0, 0, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Forkgate_User___construct, 0, 0, 0)
	ZEND_ARG_TYPE_MASK(0, userID, MAY_BE_STRING|MAY_BE_LONG|MAY_BE_NULL, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, email, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, ip, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, userAgent, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, country, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, locale, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, appVersion, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, custom, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, customIDs, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, privateAttributes, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, environment, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_User_fromArray, 0, 1, Forkgate\\\125ser, 0)
	ZEND_ARG_TYPE_INFO(0, user, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_User_fromObject, 0, 1, Forkgate\\\125ser, 0)
	ZEND_ARG_TYPE_INFO(0, user, IS_OBJECT, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_User_jsonSerialize, 0, 0, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Forkgate_EvaluationDetails___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Forkgate_FeatureGate___construct arginfo_class_Forkgate_EvaluationDetails___construct

#define arginfo_class_Forkgate_DynamicConfig___construct arginfo_class_Forkgate_EvaluationDetails___construct

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_DynamicConfig_get, 0, 1, IS_MIXED, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, default, IS_MIXED, 0, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_DynamicConfig_getString, 0, 1, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, default, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_DynamicConfig_getInt, 0, 1, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, default, IS_LONG, 0, "0")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_DynamicConfig_getFloat, 0, 1, IS_DOUBLE, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, default, IS_DOUBLE, 0, "0.0")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_DynamicConfig_getBool, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, default, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_DynamicConfig_getArray, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, default, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_DynamicConfig_has, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Forkgate_DynamicConfig_getValue arginfo_class_Forkgate_User_jsonSerialize

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_DynamicConfig_getJson, 0, 0, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_DynamicConfig_jsonSerialize, 0, 0, IS_OBJECT, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Forkgate_Layer___construct arginfo_class_Forkgate_EvaluationDetails___construct

#define arginfo_class_Forkgate_Layer_get arginfo_class_Forkgate_DynamicConfig_get

#define arginfo_class_Forkgate_Layer_getString arginfo_class_Forkgate_DynamicConfig_getString

#define arginfo_class_Forkgate_Layer_getInt arginfo_class_Forkgate_DynamicConfig_getInt

#define arginfo_class_Forkgate_Layer_getFloat arginfo_class_Forkgate_DynamicConfig_getFloat

#define arginfo_class_Forkgate_Layer_getBool arginfo_class_Forkgate_DynamicConfig_getBool

#define arginfo_class_Forkgate_Layer_getArray arginfo_class_Forkgate_DynamicConfig_getArray

#define arginfo_class_Forkgate_Layer_has arginfo_class_Forkgate_DynamicConfig_has

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Layer_getParameterRuleID, 0, 1, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Forkgate_Layer_peek arginfo_class_Forkgate_User_jsonSerialize

#define arginfo_class_Forkgate_ParameterStore___construct arginfo_class_Forkgate_EvaluationDetails___construct

#define arginfo_class_Forkgate_ParameterStore_get arginfo_class_Forkgate_DynamicConfig_get

#define arginfo_class_Forkgate_ParameterStore_getString arginfo_class_Forkgate_DynamicConfig_getString

#define arginfo_class_Forkgate_ParameterStore_getInt arginfo_class_Forkgate_DynamicConfig_getInt

#define arginfo_class_Forkgate_ParameterStore_getFloat arginfo_class_Forkgate_DynamicConfig_getFloat

#define arginfo_class_Forkgate_ParameterStore_getBool arginfo_class_Forkgate_DynamicConfig_getBool

#define arginfo_class_Forkgate_ParameterStore_getArray arginfo_class_Forkgate_DynamicConfig_getArray

#define arginfo_class_Forkgate_ExperimentGroups___construct arginfo_class_Forkgate_EvaluationDetails___construct

#define arginfo_class_Forkgate_Status___construct arginfo_class_Forkgate_EvaluationDetails___construct

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_StickyStorage_load, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, key, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_StickyStorage_save, 0, 3, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, key, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, record, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_StickyStorage_remove, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, key, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Forkgate_StickyValues___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, records, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, isUnknown, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Forkgate_Client___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, stateDir, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, project, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, environment, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, snapshot, IS_STRING, 1, "null")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, sticky, Forkgate\\StickyStorage, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_default, 0, 0, Forkgate\\Client, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Forkgate_Client_checkGate arginfo_Forkgate_check_gate

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_checkGates, 0, 2, IS_ARRAY, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, gates, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exposure, _IS_BOOL, 0, "true")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_getFeatureGate, 0, 2, Forkgate\\FeatureGate, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, gate, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exposure, _IS_BOOL, 0, "true")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_getDynamicConfig, 0, 2, Forkgate\\DynamicConfig, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, config, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exposure, _IS_BOOL, 0, "true")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_getExperiment, 0, 2, Forkgate\\DynamicConfig, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, experiment, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exposure, _IS_BOOL, 0, "true")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, sticky, Forkgate\\StickyValues, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, enforceTargeting, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, enforceOverrides, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_loadSticky, 0, 1, Forkgate\\StickyValues, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, idType, IS_STRING, 0, "\"userID\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_encodeStickyRecord, 0, 1, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, values, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_decodeStickyRecord, 0, 1, IS_ARRAY, 1)
	ZEND_ARG_TYPE_INFO(0, record, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_getExperimentByGroupName, 0, 2, Forkgate\\DynamicConfig, 0)
	ZEND_ARG_TYPE_INFO(0, experiment, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, groupName, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_getExperimentByGroupID, 0, 2, Forkgate\\DynamicConfig, 0)
	ZEND_ARG_TYPE_INFO(0, experiment, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, groupID, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_getExperimentGroups, 0, 1, Forkgate\\ExperimentGroups, 0)
	ZEND_ARG_TYPE_INFO(0, experiment, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_getLayer, 0, 2, Forkgate\\Layer, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, layer, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exposure, _IS_BOOL, 0, "true")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, sticky, Forkgate\\StickyValues, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, enforceTargeting, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, enforceOverrides, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Forkgate_Client_getParameterStore, 0, 2, Forkgate\\ParameterStore, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, store, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exposure, _IS_BOOL, 0, "true")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_getClientInitializeResponse, 0, 1, IS_STRING, 1)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, clientSDKKey, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, targetAppID, IS_STRING, 1, "null")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, hash, Forkgate\\ResponseHash, 0, "Forkgate\\ResponseHash::Djb2")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, format, Forkgate\\ResponseFormat, 0, "Forkgate\\ResponseFormat::V1")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, refuseUnknownKey, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, removeIDType, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, removeDefaultValueGates, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, removeExperimentsInLayers, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, includeLocalOverrides, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, previousResponseHash, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, gates, IS_ARRAY, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, configs, IS_ARRAY, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, experiments, IS_ARRAY, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, layers, IS_ARRAY, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, parameterStores, IS_ARRAY, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_getClientInitializeResponseArray, 0, 1, IS_ARRAY, 1)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, clientSDKKey, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, targetAppID, IS_STRING, 1, "null")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, hash, Forkgate\\ResponseHash, 0, "Forkgate\\ResponseHash::Djb2")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, format, Forkgate\\ResponseFormat, 0, "Forkgate\\ResponseFormat::V1")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, refuseUnknownKey, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, removeIDType, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, removeDefaultValueGates, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, removeExperimentsInLayers, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, includeLocalOverrides, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, previousResponseHash, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, gates, IS_ARRAY, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, configs, IS_ARRAY, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, experiments, IS_ARRAY, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, layers, IS_ARRAY, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, parameterStores, IS_ARRAY, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_manuallyLogGateExposure, 0, 2, _IS_BOOL, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, gate, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_manuallyLogDynamicConfigExposure, 0, 2, _IS_BOOL, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, config, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_manuallyLogExperimentExposure, 0, 2, _IS_BOOL, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, experiment, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_manuallyLogLayerParameterExposure, 0, 3, _IS_BOOL, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
	ZEND_ARG_TYPE_INFO(0, layer, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, param, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_identify, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, user, Forkgate\\\125ser, MAY_BE_ARRAY|MAY_BE_STRING|MAY_BE_LONG, NULL)
ZEND_END_ARG_INFO()

#define arginfo_class_Forkgate_Client_logEvent arginfo_Forkgate_log_event

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_overrideGate, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, gate, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, value, _IS_BOOL, 0)
	ZEND_ARG_TYPE_MASK(0, id, MAY_BE_STRING|MAY_BE_LONG|MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_overrideDynamicConfig, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, config, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, value, IS_ARRAY, 0)
	ZEND_ARG_TYPE_MASK(0, id, MAY_BE_STRING|MAY_BE_LONG|MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_overrideExperiment, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, experiment, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, value, IS_ARRAY, 0)
	ZEND_ARG_TYPE_MASK(0, id, MAY_BE_STRING|MAY_BE_LONG|MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_overrideExperimentByGroupName, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, experiment, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, groupName, IS_STRING, 0)
	ZEND_ARG_TYPE_MASK(0, id, MAY_BE_STRING|MAY_BE_LONG|MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_overrideLayer, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, layer, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, value, IS_ARRAY, 0)
	ZEND_ARG_TYPE_MASK(0, id, MAY_BE_STRING|MAY_BE_LONG|MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_overrideParameterStore, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, store, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, value, IS_ARRAY, 0)
	ZEND_ARG_TYPE_MASK(0, id, MAY_BE_STRING|MAY_BE_LONG|MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_removeOverride, 0, 2, IS_VOID, 0)
	ZEND_ARG_OBJ_INFO(0, kind, Forkgate\\OverrideKind, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
	ZEND_ARG_TYPE_MASK(0, id, MAY_BE_STRING|MAY_BE_LONG|MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_removeAllOverrides, 0, 0, IS_VOID, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Forkgate_Client_getFeatureGateList arginfo_class_Forkgate_User_jsonSerialize

#define arginfo_class_Forkgate_Client_getDynamicConfigList arginfo_class_Forkgate_User_jsonSerialize

#define arginfo_class_Forkgate_Client_getExperimentList arginfo_class_Forkgate_User_jsonSerialize

#define arginfo_class_Forkgate_Client_getAutotuneList arginfo_class_Forkgate_User_jsonSerialize

#define arginfo_class_Forkgate_Client_getLayerList arginfo_class_Forkgate_User_jsonSerialize

#define arginfo_class_Forkgate_Client_getParameterStoreList arginfo_class_Forkgate_User_jsonSerialize

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_getFieldsNeededForGate, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, gate, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_getFieldsNeededForDynamicConfig, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, config, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_getFieldsNeededForExperiment, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, experiment, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_getFieldsNeededForLayer, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, layer, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Forkgate_Client_status arginfo_Forkgate_status

#define arginfo_class_Forkgate_Client_refresh arginfo_Forkgate_refresh

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Forkgate_Client_waitReady, 0, 0, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, timeoutMs, IS_LONG, 0, "0")
ZEND_END_ARG_INFO()

#define arginfo_class_Forkgate_Client_flush arginfo_class_Forkgate_Client_waitReady


ZEND_FUNCTION(Forkgate_check_gate);
ZEND_FUNCTION(Forkgate_get_config);
ZEND_FUNCTION(Forkgate_get_experiment);
ZEND_FUNCTION(Forkgate_get_layer_param);
ZEND_FUNCTION(Forkgate_log_event);
ZEND_FUNCTION(Forkgate_status);
ZEND_FUNCTION(Forkgate_refresh);
ZEND_METHOD(Forkgate_User, __construct);
ZEND_METHOD(Forkgate_User, fromArray);
ZEND_METHOD(Forkgate_User, fromObject);
ZEND_METHOD(Forkgate_User, jsonSerialize);
ZEND_METHOD(Forkgate_EvaluationDetails, __construct);
ZEND_METHOD(Forkgate_FeatureGate, __construct);
ZEND_METHOD(Forkgate_DynamicConfig, __construct);
ZEND_METHOD(Forkgate_DynamicConfig, get);
ZEND_METHOD(Forkgate_DynamicConfig, getString);
ZEND_METHOD(Forkgate_DynamicConfig, getInt);
ZEND_METHOD(Forkgate_DynamicConfig, getFloat);
ZEND_METHOD(Forkgate_DynamicConfig, getBool);
ZEND_METHOD(Forkgate_DynamicConfig, getArray);
ZEND_METHOD(Forkgate_DynamicConfig, has);
ZEND_METHOD(Forkgate_DynamicConfig, getValue);
ZEND_METHOD(Forkgate_DynamicConfig, getJson);
ZEND_METHOD(Forkgate_DynamicConfig, jsonSerialize);
ZEND_METHOD(Forkgate_Layer, __construct);
ZEND_METHOD(Forkgate_Layer, get);
ZEND_METHOD(Forkgate_Layer, getString);
ZEND_METHOD(Forkgate_Layer, getInt);
ZEND_METHOD(Forkgate_Layer, getFloat);
ZEND_METHOD(Forkgate_Layer, getBool);
ZEND_METHOD(Forkgate_Layer, getArray);
ZEND_METHOD(Forkgate_Layer, has);
ZEND_METHOD(Forkgate_Layer, getParameterRuleID);
ZEND_METHOD(Forkgate_Layer, peek);
ZEND_METHOD(Forkgate_ParameterStore, __construct);
ZEND_METHOD(Forkgate_ParameterStore, get);
ZEND_METHOD(Forkgate_ParameterStore, getString);
ZEND_METHOD(Forkgate_ParameterStore, getInt);
ZEND_METHOD(Forkgate_ParameterStore, getFloat);
ZEND_METHOD(Forkgate_ParameterStore, getBool);
ZEND_METHOD(Forkgate_ParameterStore, getArray);
ZEND_METHOD(Forkgate_ExperimentGroups, __construct);
ZEND_METHOD(Forkgate_Status, __construct);
ZEND_METHOD(Forkgate_StickyValues, __construct);
ZEND_METHOD(Forkgate_Client, __construct);
ZEND_METHOD(Forkgate_Client, default);
ZEND_METHOD(Forkgate_Client, checkGate);
ZEND_METHOD(Forkgate_Client, checkGates);
ZEND_METHOD(Forkgate_Client, getFeatureGate);
ZEND_METHOD(Forkgate_Client, getDynamicConfig);
ZEND_METHOD(Forkgate_Client, getExperiment);
ZEND_METHOD(Forkgate_Client, loadSticky);
ZEND_METHOD(Forkgate_Client, encodeStickyRecord);
ZEND_METHOD(Forkgate_Client, decodeStickyRecord);
ZEND_METHOD(Forkgate_Client, getExperimentByGroupName);
ZEND_METHOD(Forkgate_Client, getExperimentByGroupID);
ZEND_METHOD(Forkgate_Client, getExperimentGroups);
ZEND_METHOD(Forkgate_Client, getLayer);
ZEND_METHOD(Forkgate_Client, getParameterStore);
ZEND_METHOD(Forkgate_Client, getClientInitializeResponse);
ZEND_METHOD(Forkgate_Client, getClientInitializeResponseArray);
ZEND_METHOD(Forkgate_Client, manuallyLogGateExposure);
ZEND_METHOD(Forkgate_Client, manuallyLogDynamicConfigExposure);
ZEND_METHOD(Forkgate_Client, manuallyLogExperimentExposure);
ZEND_METHOD(Forkgate_Client, manuallyLogLayerParameterExposure);
ZEND_METHOD(Forkgate_Client, identify);
ZEND_METHOD(Forkgate_Client, logEvent);
ZEND_METHOD(Forkgate_Client, overrideGate);
ZEND_METHOD(Forkgate_Client, overrideDynamicConfig);
ZEND_METHOD(Forkgate_Client, overrideExperiment);
ZEND_METHOD(Forkgate_Client, overrideExperimentByGroupName);
ZEND_METHOD(Forkgate_Client, overrideLayer);
ZEND_METHOD(Forkgate_Client, overrideParameterStore);
ZEND_METHOD(Forkgate_Client, removeOverride);
ZEND_METHOD(Forkgate_Client, removeAllOverrides);
ZEND_METHOD(Forkgate_Client, getFeatureGateList);
ZEND_METHOD(Forkgate_Client, getDynamicConfigList);
ZEND_METHOD(Forkgate_Client, getExperimentList);
ZEND_METHOD(Forkgate_Client, getAutotuneList);
ZEND_METHOD(Forkgate_Client, getLayerList);
ZEND_METHOD(Forkgate_Client, getParameterStoreList);
ZEND_METHOD(Forkgate_Client, getFieldsNeededForGate);
ZEND_METHOD(Forkgate_Client, getFieldsNeededForDynamicConfig);
ZEND_METHOD(Forkgate_Client, getFieldsNeededForExperiment);
ZEND_METHOD(Forkgate_Client, getFieldsNeededForLayer);
ZEND_METHOD(Forkgate_Client, status);
ZEND_METHOD(Forkgate_Client, refresh);
ZEND_METHOD(Forkgate_Client, waitReady);
ZEND_METHOD(Forkgate_Client, flush);


static const zend_function_entry ext_functions[] = {
	ZEND_NS_FALIAS("Forkgate", check_gate, Forkgate_check_gate, arginfo_Forkgate_check_gate)
	ZEND_NS_FALIAS("Forkgate", get_config, Forkgate_get_config, arginfo_Forkgate_get_config)
	ZEND_NS_FALIAS("Forkgate", get_experiment, Forkgate_get_experiment, arginfo_Forkgate_get_experiment)
	ZEND_NS_FALIAS("Forkgate", get_layer_param, Forkgate_get_layer_param, arginfo_Forkgate_get_layer_param)
	ZEND_NS_FALIAS("Forkgate", log_event, Forkgate_log_event, arginfo_Forkgate_log_event)
	ZEND_NS_FALIAS("Forkgate", status, Forkgate_status, arginfo_Forkgate_status)
	ZEND_NS_FALIAS("Forkgate", refresh, Forkgate_refresh, arginfo_Forkgate_refresh)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_Outcome_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_OverrideKind_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_ResponseHash_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_ResponseFormat_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_Exception_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_User_methods[] = {
	ZEND_ME(Forkgate_User, __construct, arginfo_class_Forkgate_User___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_User, fromArray, arginfo_class_Forkgate_User_fromArray, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Forkgate_User, fromObject, arginfo_class_Forkgate_User_fromObject, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Forkgate_User, jsonSerialize, arginfo_class_Forkgate_User_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_EvaluationDetails_methods[] = {
	ZEND_ME(Forkgate_EvaluationDetails, __construct, arginfo_class_Forkgate_EvaluationDetails___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_FeatureGate_methods[] = {
	ZEND_ME(Forkgate_FeatureGate, __construct, arginfo_class_Forkgate_FeatureGate___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_DynamicConfig_methods[] = {
	ZEND_ME(Forkgate_DynamicConfig, __construct, arginfo_class_Forkgate_DynamicConfig___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Forkgate_DynamicConfig, get, arginfo_class_Forkgate_DynamicConfig_get, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_DynamicConfig, getString, arginfo_class_Forkgate_DynamicConfig_getString, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_DynamicConfig, getInt, arginfo_class_Forkgate_DynamicConfig_getInt, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_DynamicConfig, getFloat, arginfo_class_Forkgate_DynamicConfig_getFloat, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_DynamicConfig, getBool, arginfo_class_Forkgate_DynamicConfig_getBool, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_DynamicConfig, getArray, arginfo_class_Forkgate_DynamicConfig_getArray, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_DynamicConfig, has, arginfo_class_Forkgate_DynamicConfig_has, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_DynamicConfig, getValue, arginfo_class_Forkgate_DynamicConfig_getValue, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_DynamicConfig, getJson, arginfo_class_Forkgate_DynamicConfig_getJson, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_DynamicConfig, jsonSerialize, arginfo_class_Forkgate_DynamicConfig_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_Layer_methods[] = {
	ZEND_ME(Forkgate_Layer, __construct, arginfo_class_Forkgate_Layer___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Forkgate_Layer, get, arginfo_class_Forkgate_Layer_get, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Layer, getString, arginfo_class_Forkgate_Layer_getString, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Layer, getInt, arginfo_class_Forkgate_Layer_getInt, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Layer, getFloat, arginfo_class_Forkgate_Layer_getFloat, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Layer, getBool, arginfo_class_Forkgate_Layer_getBool, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Layer, getArray, arginfo_class_Forkgate_Layer_getArray, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Layer, has, arginfo_class_Forkgate_Layer_has, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Layer, getParameterRuleID, arginfo_class_Forkgate_Layer_getParameterRuleID, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Layer, peek, arginfo_class_Forkgate_Layer_peek, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_ParameterStore_methods[] = {
	ZEND_ME(Forkgate_ParameterStore, __construct, arginfo_class_Forkgate_ParameterStore___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Forkgate_ParameterStore, get, arginfo_class_Forkgate_ParameterStore_get, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_ParameterStore, getString, arginfo_class_Forkgate_ParameterStore_getString, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_ParameterStore, getInt, arginfo_class_Forkgate_ParameterStore_getInt, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_ParameterStore, getFloat, arginfo_class_Forkgate_ParameterStore_getFloat, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_ParameterStore, getBool, arginfo_class_Forkgate_ParameterStore_getBool, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_ParameterStore, getArray, arginfo_class_Forkgate_ParameterStore_getArray, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_ExperimentGroups_methods[] = {
	ZEND_ME(Forkgate_ExperimentGroups, __construct, arginfo_class_Forkgate_ExperimentGroups___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_Status_methods[] = {
	ZEND_ME(Forkgate_Status, __construct, arginfo_class_Forkgate_Status___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_StickyStorage_methods[] = {
	ZEND_ABSTRACT_ME_WITH_FLAGS(Forkgate_StickyStorage, load, arginfo_class_Forkgate_StickyStorage_load, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(Forkgate_StickyStorage, save, arginfo_class_Forkgate_StickyStorage_save, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(Forkgate_StickyStorage, remove, arginfo_class_Forkgate_StickyStorage_remove, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_StickyValues_methods[] = {
	ZEND_ME(Forkgate_StickyValues, __construct, arginfo_class_Forkgate_StickyValues___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Forkgate_Client_methods[] = {
	ZEND_ME(Forkgate_Client, __construct, arginfo_class_Forkgate_Client___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, default, arginfo_class_Forkgate_Client_default, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Forkgate_Client, checkGate, arginfo_class_Forkgate_Client_checkGate, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, checkGates, arginfo_class_Forkgate_Client_checkGates, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getFeatureGate, arginfo_class_Forkgate_Client_getFeatureGate, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getDynamicConfig, arginfo_class_Forkgate_Client_getDynamicConfig, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getExperiment, arginfo_class_Forkgate_Client_getExperiment, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, loadSticky, arginfo_class_Forkgate_Client_loadSticky, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, encodeStickyRecord, arginfo_class_Forkgate_Client_encodeStickyRecord, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, decodeStickyRecord, arginfo_class_Forkgate_Client_decodeStickyRecord, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getExperimentByGroupName, arginfo_class_Forkgate_Client_getExperimentByGroupName, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getExperimentByGroupID, arginfo_class_Forkgate_Client_getExperimentByGroupID, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getExperimentGroups, arginfo_class_Forkgate_Client_getExperimentGroups, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getLayer, arginfo_class_Forkgate_Client_getLayer, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getParameterStore, arginfo_class_Forkgate_Client_getParameterStore, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getClientInitializeResponse, arginfo_class_Forkgate_Client_getClientInitializeResponse, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getClientInitializeResponseArray, arginfo_class_Forkgate_Client_getClientInitializeResponseArray, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, manuallyLogGateExposure, arginfo_class_Forkgate_Client_manuallyLogGateExposure, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, manuallyLogDynamicConfigExposure, arginfo_class_Forkgate_Client_manuallyLogDynamicConfigExposure, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, manuallyLogExperimentExposure, arginfo_class_Forkgate_Client_manuallyLogExperimentExposure, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, manuallyLogLayerParameterExposure, arginfo_class_Forkgate_Client_manuallyLogLayerParameterExposure, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, identify, arginfo_class_Forkgate_Client_identify, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, logEvent, arginfo_class_Forkgate_Client_logEvent, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, overrideGate, arginfo_class_Forkgate_Client_overrideGate, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, overrideDynamicConfig, arginfo_class_Forkgate_Client_overrideDynamicConfig, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, overrideExperiment, arginfo_class_Forkgate_Client_overrideExperiment, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, overrideExperimentByGroupName, arginfo_class_Forkgate_Client_overrideExperimentByGroupName, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, overrideLayer, arginfo_class_Forkgate_Client_overrideLayer, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, overrideParameterStore, arginfo_class_Forkgate_Client_overrideParameterStore, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, removeOverride, arginfo_class_Forkgate_Client_removeOverride, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, removeAllOverrides, arginfo_class_Forkgate_Client_removeAllOverrides, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getFeatureGateList, arginfo_class_Forkgate_Client_getFeatureGateList, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getDynamicConfigList, arginfo_class_Forkgate_Client_getDynamicConfigList, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getExperimentList, arginfo_class_Forkgate_Client_getExperimentList, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getAutotuneList, arginfo_class_Forkgate_Client_getAutotuneList, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getLayerList, arginfo_class_Forkgate_Client_getLayerList, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getParameterStoreList, arginfo_class_Forkgate_Client_getParameterStoreList, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getFieldsNeededForGate, arginfo_class_Forkgate_Client_getFieldsNeededForGate, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getFieldsNeededForDynamicConfig, arginfo_class_Forkgate_Client_getFieldsNeededForDynamicConfig, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getFieldsNeededForExperiment, arginfo_class_Forkgate_Client_getFieldsNeededForExperiment, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, getFieldsNeededForLayer, arginfo_class_Forkgate_Client_getFieldsNeededForLayer, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, status, arginfo_class_Forkgate_Client_status, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, refresh, arginfo_class_Forkgate_Client_refresh, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, waitReady, arginfo_class_Forkgate_Client_waitReady, ZEND_ACC_PUBLIC)
	ZEND_ME(Forkgate_Client, flush, arginfo_class_Forkgate_Client_flush, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static void register_forkgate_symbols(int module_number)
{
	REGISTER_STRING_CONSTANT("Forkgate\\VERSION", PHP_FORKGATE_VERSION, CONST_PERSISTENT);
}

static zend_class_entry *register_class_Forkgate_Outcome(void)
{
	zend_class_entry *class_entry = zend_register_internal_enum("Forkgate\\Outcome", IS_STRING, class_Forkgate_Outcome_methods);

	zval enum_case_Recognized_value;
	zend_string *enum_case_Recognized_value_str = zend_string_init("Recognized", strlen("Recognized"), 1);
	ZVAL_STR(&enum_case_Recognized_value, enum_case_Recognized_value_str);
	zend_enum_add_case_cstr(class_entry, "Recognized", &enum_case_Recognized_value);

	zval enum_case_Unrecognized_value;
	zend_string *enum_case_Unrecognized_value_str = zend_string_init("Unrecognized", strlen("Unrecognized"), 1);
	ZVAL_STR(&enum_case_Unrecognized_value, enum_case_Unrecognized_value_str);
	zend_enum_add_case_cstr(class_entry, "Unrecognized", &enum_case_Unrecognized_value);

	zval enum_case_Unsupported_value;
	zend_string *enum_case_Unsupported_value_str = zend_string_init("Unsupported", strlen("Unsupported"), 1);
	ZVAL_STR(&enum_case_Unsupported_value, enum_case_Unsupported_value_str);
	zend_enum_add_case_cstr(class_entry, "Unsupported", &enum_case_Unsupported_value);

	zval enum_case_NoValues_value;
	zend_string *enum_case_NoValues_value_str = zend_string_init("NoValues", strlen("NoValues"), 1);
	ZVAL_STR(&enum_case_NoValues_value, enum_case_NoValues_value_str);
	zend_enum_add_case_cstr(class_entry, "NoValues", &enum_case_NoValues_value);

	zval enum_case_Error_value;
	zend_string *enum_case_Error_value_str = zend_string_init("Error", strlen("Error"), 1);
	ZVAL_STR(&enum_case_Error_value, enum_case_Error_value_str);
	zend_enum_add_case_cstr(class_entry, "Error", &enum_case_Error_value);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_OverrideKind(void)
{
	zend_class_entry *class_entry = zend_register_internal_enum("Forkgate\\OverrideKind", IS_STRING, class_Forkgate_OverrideKind_methods);

	zval enum_case_Gate_value;
	zend_string *enum_case_Gate_value_str = zend_string_init("gate", strlen("gate"), 1);
	ZVAL_STR(&enum_case_Gate_value, enum_case_Gate_value_str);
	zend_enum_add_case_cstr(class_entry, "Gate", &enum_case_Gate_value);

	zval enum_case_DynamicConfig_value;
	zend_string *enum_case_DynamicConfig_value_str = zend_string_init("dynamic_config", strlen("dynamic_config"), 1);
	ZVAL_STR(&enum_case_DynamicConfig_value, enum_case_DynamicConfig_value_str);
	zend_enum_add_case_cstr(class_entry, "DynamicConfig", &enum_case_DynamicConfig_value);

	zval enum_case_Experiment_value;
	zend_string *enum_case_Experiment_value_str = zend_string_init("experiment", strlen("experiment"), 1);
	ZVAL_STR(&enum_case_Experiment_value, enum_case_Experiment_value_str);
	zend_enum_add_case_cstr(class_entry, "Experiment", &enum_case_Experiment_value);

	zval enum_case_Layer_value;
	zend_string *enum_case_Layer_value_str = zend_string_init("layer", strlen("layer"), 1);
	ZVAL_STR(&enum_case_Layer_value, enum_case_Layer_value_str);
	zend_enum_add_case_cstr(class_entry, "Layer", &enum_case_Layer_value);

	zval enum_case_ParameterStore_value;
	zend_string *enum_case_ParameterStore_value_str = zend_string_init("param_store", strlen("param_store"), 1);
	ZVAL_STR(&enum_case_ParameterStore_value, enum_case_ParameterStore_value_str);
	zend_enum_add_case_cstr(class_entry, "ParameterStore", &enum_case_ParameterStore_value);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_ResponseHash(void)
{
	zend_class_entry *class_entry = zend_register_internal_enum("Forkgate\\ResponseHash", IS_STRING, class_Forkgate_ResponseHash_methods);

	zval enum_case_Djb2_value;
	zend_string *enum_case_Djb2_value_str = zend_string_init("djb2", strlen("djb2"), 1);
	ZVAL_STR(&enum_case_Djb2_value, enum_case_Djb2_value_str);
	zend_enum_add_case_cstr(class_entry, "Djb2", &enum_case_Djb2_value);

	zval enum_case_Sha256_value;
	zend_string *enum_case_Sha256_value_str = zend_string_init("sha256", strlen("sha256"), 1);
	ZVAL_STR(&enum_case_Sha256_value, enum_case_Sha256_value_str);
	zend_enum_add_case_cstr(class_entry, "Sha256", &enum_case_Sha256_value);

	zval enum_case_None_value;
	zend_string *enum_case_None_value_str = zend_string_init("none", strlen("none"), 1);
	ZVAL_STR(&enum_case_None_value, enum_case_None_value_str);
	zend_enum_add_case_cstr(class_entry, "None", &enum_case_None_value);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_ResponseFormat(void)
{
	zend_class_entry *class_entry = zend_register_internal_enum("Forkgate\\ResponseFormat", IS_STRING, class_Forkgate_ResponseFormat_methods);

	zval enum_case_V1_value;
	zend_string *enum_case_V1_value_str = zend_string_init("v1", strlen("v1"), 1);
	ZVAL_STR(&enum_case_V1_value, enum_case_V1_value_str);
	zend_enum_add_case_cstr(class_entry, "V1", &enum_case_V1_value);

	zval enum_case_V2_value;
	zend_string *enum_case_V2_value_str = zend_string_init("v2", strlen("v2"), 1);
	ZVAL_STR(&enum_case_V2_value, enum_case_V2_value_str);
	zend_enum_add_case_cstr(class_entry, "V2", &enum_case_V2_value);

	zval enum_case_InitV2_value;
	zend_string *enum_case_InitV2_value_str = zend_string_init("init-v2", strlen("init-v2"), 1);
	ZVAL_STR(&enum_case_InitV2_value, enum_case_InitV2_value_str);
	zend_enum_add_case_cstr(class_entry, "InitV2", &enum_case_InitV2_value);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_Exception(zend_class_entry *class_entry_RuntimeException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "Exception", class_Forkgate_Exception_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_RuntimeException);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_User(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "User", class_Forkgate_User_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_userID_default_value;
	ZVAL_UNDEF(&property_userID_default_value);
	zend_string *property_userID_name = zend_string_init("userID", sizeof("userID") - 1, 1);
	zend_declare_typed_property(class_entry, property_userID_name, &property_userID_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_userID_name);

	zval property_email_default_value;
	ZVAL_UNDEF(&property_email_default_value);
	zend_string *property_email_name = zend_string_init("email", sizeof("email") - 1, 1);
	zend_declare_typed_property(class_entry, property_email_name, &property_email_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_email_name);

	zval property_ip_default_value;
	ZVAL_UNDEF(&property_ip_default_value);
	zend_string *property_ip_name = zend_string_init("ip", sizeof("ip") - 1, 1);
	zend_declare_typed_property(class_entry, property_ip_name, &property_ip_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_ip_name);

	zval property_userAgent_default_value;
	ZVAL_UNDEF(&property_userAgent_default_value);
	zend_string *property_userAgent_name = zend_string_init("userAgent", sizeof("userAgent") - 1, 1);
	zend_declare_typed_property(class_entry, property_userAgent_name, &property_userAgent_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_userAgent_name);

	zval property_country_default_value;
	ZVAL_UNDEF(&property_country_default_value);
	zend_string *property_country_name = zend_string_init("country", sizeof("country") - 1, 1);
	zend_declare_typed_property(class_entry, property_country_name, &property_country_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_country_name);

	zval property_locale_default_value;
	ZVAL_UNDEF(&property_locale_default_value);
	zend_string *property_locale_name = zend_string_init("locale", sizeof("locale") - 1, 1);
	zend_declare_typed_property(class_entry, property_locale_name, &property_locale_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_locale_name);

	zval property_appVersion_default_value;
	ZVAL_UNDEF(&property_appVersion_default_value);
	zend_string *property_appVersion_name = zend_string_init("appVersion", sizeof("appVersion") - 1, 1);
	zend_declare_typed_property(class_entry, property_appVersion_name, &property_appVersion_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_appVersion_name);

	zval property_custom_default_value;
	ZVAL_UNDEF(&property_custom_default_value);
	zend_string *property_custom_name = zend_string_init("custom", sizeof("custom") - 1, 1);
	zend_declare_typed_property(class_entry, property_custom_name, &property_custom_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_custom_name);

	zval property_customIDs_default_value;
	ZVAL_UNDEF(&property_customIDs_default_value);
	zend_string *property_customIDs_name = zend_string_init("customIDs", sizeof("customIDs") - 1, 1);
	zend_declare_typed_property(class_entry, property_customIDs_name, &property_customIDs_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_customIDs_name);

	zval property_environment_default_value;
	ZVAL_UNDEF(&property_environment_default_value);
	zend_string *property_environment_name = zend_string_init("environment", sizeof("environment") - 1, 1);
	zend_declare_typed_property(class_entry, property_environment_name, &property_environment_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_environment_name);

	zval property_privateAttributes_default_value;
	ZVAL_UNDEF(&property_privateAttributes_default_value);
	zend_string *property_privateAttributes_name = zend_string_init("privateAttributes", sizeof("privateAttributes") - 1, 1);
	zend_declare_typed_property(class_entry, property_privateAttributes_name, &property_privateAttributes_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_privateAttributes_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 9, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "fromarray", sizeof("fromarray") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "fromobject", sizeof("fromobject") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_EvaluationDetails(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "EvaluationDetails", class_Forkgate_EvaluationDetails_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_reason_default_value;
	ZVAL_UNDEF(&property_reason_default_value);
	zend_string *property_reason_name = zend_string_init("reason", sizeof("reason") - 1, 1);
	zend_declare_typed_property(class_entry, property_reason_name, &property_reason_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_reason_name);

	zend_string *property_outcome_class_Forkgate_Outcome = zend_string_init("Forkgate\\Outcome", sizeof("Forkgate\\Outcome")-1, 1);
	zval property_outcome_default_value;
	ZVAL_UNDEF(&property_outcome_default_value);
	zend_string *property_outcome_name = zend_string_init("outcome", sizeof("outcome") - 1, 1);
	zend_declare_typed_property(class_entry, property_outcome_name, &property_outcome_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_outcome_class_Forkgate_Outcome, 0, 0));
	zend_string_release(property_outcome_name);

	zval property_generation_default_value;
	ZVAL_UNDEF(&property_generation_default_value);
	zend_string *property_generation_name = zend_string_init("generation", sizeof("generation") - 1, 1);
	zend_declare_typed_property(class_entry, property_generation_name, &property_generation_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_generation_name);

	zval property_rulesTime_default_value;
	ZVAL_UNDEF(&property_rulesTime_default_value);
	zend_string *property_rulesTime_name = zend_string_init("rulesTime", sizeof("rulesTime") - 1, 1);
	zend_declare_typed_property(class_entry, property_rulesTime_name, &property_rulesTime_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_rulesTime_name);

	zval property_receivedAt_default_value;
	ZVAL_UNDEF(&property_receivedAt_default_value);
	zend_string *property_receivedAt_name = zend_string_init("receivedAt", sizeof("receivedAt") - 1, 1);
	zend_declare_typed_property(class_entry, property_receivedAt_name, &property_receivedAt_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_receivedAt_name);

	zval property_ageMs_default_value;
	ZVAL_UNDEF(&property_ageMs_default_value);
	zend_string *property_ageMs_name = zend_string_init("ageMs", sizeof("ageMs") - 1, 1);
	zend_declare_typed_property(class_entry, property_ageMs_name, &property_ageMs_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_ageMs_name);

	zval property_version_default_value;
	ZVAL_UNDEF(&property_version_default_value);
	zend_string *property_version_name = zend_string_init("version", sizeof("version") - 1, 1);
	zend_declare_typed_property(class_entry, property_version_name, &property_version_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_version_name);

	zval property_moved_default_value;
	ZVAL_UNDEF(&property_moved_default_value);
	zend_string *property_moved_name = zend_string_init("moved", sizeof("moved") - 1, 1);
	zend_declare_typed_property(class_entry, property_moved_name, &property_moved_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_moved_name);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_FeatureGate(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "FeatureGate", class_Forkgate_FeatureGate_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_name_name);

	zval property_value_default_value;
	ZVAL_UNDEF(&property_value_default_value);
	zend_string *property_value_name = zend_string_init("value", sizeof("value") - 1, 1);
	zend_declare_typed_property(class_entry, property_value_name, &property_value_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_value_name);

	zval property_ruleID_default_value;
	ZVAL_UNDEF(&property_ruleID_default_value);
	zend_string *property_ruleID_name = zend_string_init("ruleID", sizeof("ruleID") - 1, 1);
	zend_declare_typed_property(class_entry, property_ruleID_name, &property_ruleID_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_ruleID_name);

	zval property_idType_default_value;
	ZVAL_UNDEF(&property_idType_default_value);
	zend_string *property_idType_name = zend_string_init("idType", sizeof("idType") - 1, 1);
	zend_declare_typed_property(class_entry, property_idType_name, &property_idType_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_idType_name);

	zend_string *property_details_class_Forkgate_EvaluationDetails = zend_string_init("Forkgate\\EvaluationDetails", sizeof("Forkgate\\EvaluationDetails")-1, 1);
	zval property_details_default_value;
	ZVAL_UNDEF(&property_details_default_value);
	zend_string *property_details_name = zend_string_init("details", sizeof("details") - 1, 1);
	zend_declare_typed_property(class_entry, property_details_name, &property_details_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_details_class_Forkgate_EvaluationDetails, 0, 0));
	zend_string_release(property_details_name);

	zval property_secondaryExposures_default_value;
	ZVAL_UNDEF(&property_secondaryExposures_default_value);
	zend_string *property_secondaryExposures_name = zend_string_init("secondaryExposures", sizeof("secondaryExposures") - 1, 1);
	zend_declare_typed_property(class_entry, property_secondaryExposures_name, &property_secondaryExposures_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_secondaryExposures_name);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_DynamicConfig(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "DynamicConfig", class_Forkgate_DynamicConfig_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_name_name);

	zval property_ruleID_default_value;
	ZVAL_UNDEF(&property_ruleID_default_value);
	zend_string *property_ruleID_name = zend_string_init("ruleID", sizeof("ruleID") - 1, 1);
	zend_declare_typed_property(class_entry, property_ruleID_name, &property_ruleID_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_ruleID_name);

	zval property_idType_default_value;
	ZVAL_UNDEF(&property_idType_default_value);
	zend_string *property_idType_name = zend_string_init("idType", sizeof("idType") - 1, 1);
	zend_declare_typed_property(class_entry, property_idType_name, &property_idType_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_idType_name);

	zval property_groupName_default_value;
	ZVAL_UNDEF(&property_groupName_default_value);
	zend_string *property_groupName_name = zend_string_init("groupName", sizeof("groupName") - 1, 1);
	zend_declare_typed_property(class_entry, property_groupName_name, &property_groupName_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_groupName_name);

	zval property_isExperimentActive_default_value;
	ZVAL_UNDEF(&property_isExperimentActive_default_value);
	zend_string *property_isExperimentActive_name = zend_string_init("isExperimentActive", sizeof("isExperimentActive") - 1, 1);
	zend_declare_typed_property(class_entry, property_isExperimentActive_name, &property_isExperimentActive_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_isExperimentActive_name);

	zval property_isUserInExperiment_default_value;
	ZVAL_UNDEF(&property_isUserInExperiment_default_value);
	zend_string *property_isUserInExperiment_name = zend_string_init("isUserInExperiment", sizeof("isUserInExperiment") - 1, 1);
	zend_declare_typed_property(class_entry, property_isUserInExperiment_name, &property_isUserInExperiment_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_isUserInExperiment_name);

	zend_string *property_details_class_Forkgate_EvaluationDetails = zend_string_init("Forkgate\\EvaluationDetails", sizeof("Forkgate\\EvaluationDetails")-1, 1);
	zval property_details_default_value;
	ZVAL_UNDEF(&property_details_default_value);
	zend_string *property_details_name = zend_string_init("details", sizeof("details") - 1, 1);
	zend_declare_typed_property(class_entry, property_details_name, &property_details_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_details_class_Forkgate_EvaluationDetails, 0, 0));
	zend_string_release(property_details_name);

	zval property_secondaryExposures_default_value;
	ZVAL_UNDEF(&property_secondaryExposures_default_value);
	zend_string *property_secondaryExposures_name = zend_string_init("secondaryExposures", sizeof("secondaryExposures") - 1, 1);
	zend_declare_typed_property(class_entry, property_secondaryExposures_name, &property_secondaryExposures_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_secondaryExposures_name);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_Layer(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "Layer", class_Forkgate_Layer_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_name_name);

	zval property_ruleID_default_value;
	ZVAL_UNDEF(&property_ruleID_default_value);
	zend_string *property_ruleID_name = zend_string_init("ruleID", sizeof("ruleID") - 1, 1);
	zend_declare_typed_property(class_entry, property_ruleID_name, &property_ruleID_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_ruleID_name);

	zval property_idType_default_value;
	ZVAL_UNDEF(&property_idType_default_value);
	zend_string *property_idType_name = zend_string_init("idType", sizeof("idType") - 1, 1);
	zend_declare_typed_property(class_entry, property_idType_name, &property_idType_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_idType_name);

	zval property_groupName_default_value;
	ZVAL_UNDEF(&property_groupName_default_value);
	zend_string *property_groupName_name = zend_string_init("groupName", sizeof("groupName") - 1, 1);
	zend_declare_typed_property(class_entry, property_groupName_name, &property_groupName_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_groupName_name);

	zval property_allocatedExperiment_default_value;
	ZVAL_UNDEF(&property_allocatedExperiment_default_value);
	zend_string *property_allocatedExperiment_name = zend_string_init("allocatedExperiment", sizeof("allocatedExperiment") - 1, 1);
	zend_declare_typed_property(class_entry, property_allocatedExperiment_name, &property_allocatedExperiment_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_allocatedExperiment_name);

	zval property_isExperimentActive_default_value;
	ZVAL_UNDEF(&property_isExperimentActive_default_value);
	zend_string *property_isExperimentActive_name = zend_string_init("isExperimentActive", sizeof("isExperimentActive") - 1, 1);
	zend_declare_typed_property(class_entry, property_isExperimentActive_name, &property_isExperimentActive_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_isExperimentActive_name);

	zval property_isUserInExperiment_default_value;
	ZVAL_UNDEF(&property_isUserInExperiment_default_value);
	zend_string *property_isUserInExperiment_name = zend_string_init("isUserInExperiment", sizeof("isUserInExperiment") - 1, 1);
	zend_declare_typed_property(class_entry, property_isUserInExperiment_name, &property_isUserInExperiment_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_isUserInExperiment_name);

	zend_string *property_details_class_Forkgate_EvaluationDetails = zend_string_init("Forkgate\\EvaluationDetails", sizeof("Forkgate\\EvaluationDetails")-1, 1);
	zval property_details_default_value;
	ZVAL_UNDEF(&property_details_default_value);
	zend_string *property_details_name = zend_string_init("details", sizeof("details") - 1, 1);
	zend_declare_typed_property(class_entry, property_details_name, &property_details_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_details_class_Forkgate_EvaluationDetails, 0, 0));
	zend_string_release(property_details_name);

	zval property_secondaryExposures_default_value;
	ZVAL_UNDEF(&property_secondaryExposures_default_value);
	zend_string *property_secondaryExposures_name = zend_string_init("secondaryExposures", sizeof("secondaryExposures") - 1, 1);
	zend_declare_typed_property(class_entry, property_secondaryExposures_name, &property_secondaryExposures_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_secondaryExposures_name);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_ParameterStore(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "ParameterStore", class_Forkgate_ParameterStore_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_name_name);

	zend_string *property_details_class_Forkgate_EvaluationDetails = zend_string_init("Forkgate\\EvaluationDetails", sizeof("Forkgate\\EvaluationDetails")-1, 1);
	zval property_details_default_value;
	ZVAL_UNDEF(&property_details_default_value);
	zend_string *property_details_name = zend_string_init("details", sizeof("details") - 1, 1);
	zend_declare_typed_property(class_entry, property_details_name, &property_details_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_details_class_Forkgate_EvaluationDetails, 0, 0));
	zend_string_release(property_details_name);

	zend_string *property_user_class_Forkgate_User = zend_string_init("Forkgate\\\125ser", sizeof("Forkgate\\\125ser")-1, 1);
	zval property_user_default_value;
	ZVAL_UNDEF(&property_user_default_value);
	zend_string *property_user_name = zend_string_init("user", sizeof("user") - 1, 1);
	zend_declare_typed_property(class_entry, property_user_name, &property_user_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_user_class_Forkgate_User, 0, 0));
	zend_string_release(property_user_name);

	zend_string *property_sticky_class_Forkgate_StickyStorage = zend_string_init("Forkgate\\StickyStorage", sizeof("Forkgate\\StickyStorage")-1, 1);
	zval property_sticky_default_value;
	ZVAL_UNDEF(&property_sticky_default_value);
	zend_string *property_sticky_name = zend_string_init("sticky", sizeof("sticky") - 1, 1);
	zend_declare_typed_property(class_entry, property_sticky_name, &property_sticky_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_sticky_class_Forkgate_StickyStorage, 0, MAY_BE_NULL));
	zend_string_release(property_sticky_name);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_ExperimentGroups(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "ExperimentGroups", class_Forkgate_ExperimentGroups_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_groups_default_value;
	ZVAL_UNDEF(&property_groups_default_value);
	zend_string *property_groups_name = zend_string_init("groups", sizeof("groups") - 1, 1);
	zend_declare_typed_property(class_entry, property_groups_name, &property_groups_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_groups_name);

	zval property_isActive_default_value;
	ZVAL_UNDEF(&property_isActive_default_value);
	zend_string *property_isActive_name = zend_string_init("isActive", sizeof("isActive") - 1, 1);
	zend_declare_typed_property(class_entry, property_isActive_name, &property_isActive_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL|MAY_BE_NULL));
	zend_string_release(property_isActive_name);

	zend_string *property_details_class_Forkgate_EvaluationDetails = zend_string_init("Forkgate\\EvaluationDetails", sizeof("Forkgate\\EvaluationDetails")-1, 1);
	zval property_details_default_value;
	ZVAL_UNDEF(&property_details_default_value);
	zend_string *property_details_name = zend_string_init("details", sizeof("details") - 1, 1);
	zend_declare_typed_property(class_entry, property_details_name, &property_details_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_details_class_Forkgate_EvaluationDetails, 0, 0));
	zend_string_release(property_details_name);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_Status(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "Status", class_Forkgate_Status_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_ready_default_value;
	ZVAL_UNDEF(&property_ready_default_value);
	zend_string *property_ready_name = zend_string_init("ready", sizeof("ready") - 1, 1);
	zend_declare_typed_property(class_entry, property_ready_name, &property_ready_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_ready_name);

	zval property_stateDir_default_value;
	ZVAL_UNDEF(&property_stateDir_default_value);
	zend_string *property_stateDir_name = zend_string_init("stateDir", sizeof("stateDir") - 1, 1);
	zend_declare_typed_property(class_entry, property_stateDir_name, &property_stateDir_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_stateDir_name);

	zval property_project_default_value;
	ZVAL_UNDEF(&property_project_default_value);
	zend_string *property_project_name = zend_string_init("project", sizeof("project") - 1, 1);
	zend_declare_typed_property(class_entry, property_project_name, &property_project_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_project_name);

	zval property_generation_default_value;
	ZVAL_UNDEF(&property_generation_default_value);
	zend_string *property_generation_name = zend_string_init("generation", sizeof("generation") - 1, 1);
	zend_declare_typed_property(class_entry, property_generation_name, &property_generation_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_generation_name);

	zval property_rulesTime_default_value;
	ZVAL_UNDEF(&property_rulesTime_default_value);
	zend_string *property_rulesTime_name = zend_string_init("rulesTime", sizeof("rulesTime") - 1, 1);
	zend_declare_typed_property(class_entry, property_rulesTime_name, &property_rulesTime_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_rulesTime_name);

	zval property_receivedAt_default_value;
	ZVAL_UNDEF(&property_receivedAt_default_value);
	zend_string *property_receivedAt_name = zend_string_init("receivedAt", sizeof("receivedAt") - 1, 1);
	zend_declare_typed_property(class_entry, property_receivedAt_name, &property_receivedAt_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_receivedAt_name);

	zval property_ageMs_default_value;
	ZVAL_UNDEF(&property_ageMs_default_value);
	zend_string *property_ageMs_name = zend_string_init("ageMs", sizeof("ageMs") - 1, 1);
	zend_declare_typed_property(class_entry, property_ageMs_name, &property_ageMs_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_ageMs_name);

	zval property_heartbeatAgeMs_default_value;
	ZVAL_UNDEF(&property_heartbeatAgeMs_default_value);
	zend_string *property_heartbeatAgeMs_name = zend_string_init("heartbeatAgeMs", sizeof("heartbeatAgeMs") - 1, 1);
	zend_declare_typed_property(class_entry, property_heartbeatAgeMs_name, &property_heartbeatAgeMs_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_heartbeatAgeMs_name);

	zval property_gates_default_value;
	ZVAL_UNDEF(&property_gates_default_value);
	zend_string *property_gates_name = zend_string_init("gates", sizeof("gates") - 1, 1);
	zend_declare_typed_property(class_entry, property_gates_name, &property_gates_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_gates_name);

	zval property_configs_default_value;
	ZVAL_UNDEF(&property_configs_default_value);
	zend_string *property_configs_name = zend_string_init("configs", sizeof("configs") - 1, 1);
	zend_declare_typed_property(class_entry, property_configs_name, &property_configs_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_configs_name);

	zval property_layers_default_value;
	ZVAL_UNDEF(&property_layers_default_value);
	zend_string *property_layers_name = zend_string_init("layers", sizeof("layers") - 1, 1);
	zend_declare_typed_property(class_entry, property_layers_name, &property_layers_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_layers_name);

	zval property_evaluations_default_value;
	ZVAL_UNDEF(&property_evaluations_default_value);
	zend_string *property_evaluations_name = zend_string_init("evaluations", sizeof("evaluations") - 1, 1);
	zend_declare_typed_property(class_entry, property_evaluations_name, &property_evaluations_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_evaluations_name);

	zval property_exposures_default_value;
	ZVAL_UNDEF(&property_exposures_default_value);
	zend_string *property_exposures_name = zend_string_init("exposures", sizeof("exposures") - 1, 1);
	zend_declare_typed_property(class_entry, property_exposures_name, &property_exposures_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_exposures_name);

	zval property_deduplicated_default_value;
	ZVAL_UNDEF(&property_deduplicated_default_value);
	zend_string *property_deduplicated_name = zend_string_init("deduplicated", sizeof("deduplicated") - 1, 1);
	zend_declare_typed_property(class_entry, property_deduplicated_name, &property_deduplicated_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_deduplicated_name);

	zval property_dropped_default_value;
	ZVAL_UNDEF(&property_dropped_default_value);
	zend_string *property_dropped_name = zend_string_init("dropped", sizeof("dropped") - 1, 1);
	zend_declare_typed_property(class_entry, property_dropped_name, &property_dropped_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_dropped_name);

	zval property_stickyFailed_default_value;
	ZVAL_UNDEF(&property_stickyFailed_default_value);
	zend_string *property_stickyFailed_name = zend_string_init("stickyFailed", sizeof("stickyFailed") - 1, 1);
	zend_declare_typed_property(class_entry, property_stickyFailed_name, &property_stickyFailed_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_stickyFailed_name);

	zval property_error_default_value;
	ZVAL_UNDEF(&property_error_default_value);
	zend_string *property_error_name = zend_string_init("error", sizeof("error") - 1, 1);
	zend_declare_typed_property(class_entry, property_error_name, &property_error_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_error_name);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_StickyStorage(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "StickyStorage", class_Forkgate_StickyStorage_methods);
	class_entry = zend_register_internal_interface(&ce);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_StickyValues(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "StickyValues", class_Forkgate_StickyValues_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_records_default_value;
	ZVAL_UNDEF(&property_records_default_value);
	zend_string *property_records_name = zend_string_init("records", sizeof("records") - 1, 1);
	zend_declare_typed_property(class_entry, property_records_name, &property_records_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_records_name);

	zval property_isUnknown_default_value;
	ZVAL_UNDEF(&property_isUnknown_default_value);
	zend_string *property_isUnknown_name = zend_string_init("isUnknown", sizeof("isUnknown") - 1, 1);
	zend_declare_typed_property(class_entry, property_isUnknown_name, &property_isUnknown_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_isUnknown_name);

	return class_entry;
}

static zend_class_entry *register_class_Forkgate_Client(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Forkgate", "Client", class_Forkgate_Client_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zend_string *property_sticky_class_Forkgate_StickyStorage = zend_string_init("Forkgate\\StickyStorage", sizeof("Forkgate\\StickyStorage")-1, 1);
	zval property_sticky_default_value;
	ZVAL_UNDEF(&property_sticky_default_value);
	zend_string *property_sticky_name = zend_string_init("sticky", sizeof("sticky") - 1, 1);
	zend_declare_typed_property(class_entry, property_sticky_name, &property_sticky_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_sticky_class_Forkgate_StickyStorage, 0, MAY_BE_NULL));
	zend_string_release(property_sticky_name);

	return class_entry;
}
