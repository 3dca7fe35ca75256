/*
 * image: a project's rules, compiled, immutable, read in place.
 *
 * An image is one run of bytes that means the same at any address.  All
 * integers are little-endian; a reference is a 32-bit offset from the first
 * byte, and 0 refers to nothing.  Every record starts at a multiple of eight.
 * FORMATS.md tells the same with an example in hex; text, code and test change
 * together.
 *
 * The bytes are not to be trusted.  A worker may read them while the syncer
 * reuses their place, and a disk may hand back others than were written.  So
 * a record is reached through image_at() alone, which bounds it, and a word
 * of it is read once, by one relaxed atomic load, and the local is used from
 * then on.  What was read counts only when rules_alive() says so afterwards.
 *
 * Layout of each record: "off size meaning".  S means a reference to a string
 * record, V to a value record, L to a list of strings, F to a field
 * description that lies at that place in the record itself.
 */
#ifndef COMMON_IMAGE_H
#define COMMON_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/endian.h"
#include "common/forkgate_status.h"
#include "common/hash64.h"
#include "common/same.h"

#define IMAGE_MAGIC    "fgimage" /* with its NUL, eight bytes */
#define IMAGE_MAJOR    1         /* readers refuse a greater one */
#define IMAGE_MINOR    1         /* only added to: readers ignore it */
#define IMAGE_MAX_SIZE 0x7fffffffU

/*
 * Header, at offset 0.
 *
 *   off size
 *     0    8  magic
 *     8    4  major version
 *    12    4  minor version
 *    16    8  size of the image in bytes
 *    24    8  the first generation it belongs to    (written by image_seal)
 *    32    8  time of the document, "lcut", unix ms
 *    40    8  when the document was accepted, unix ms    (image_seal)
 *    48    4  CRC-32C of the image, these four bytes as 0 (image_seal)
 *    52    4  0
 *    56   32  source, e.g. "Network", padded with NULs   (image_seal)
 *    88    8  index of gates          (offset of its slots, number of slots)
 *    96    8  index of dynamic configs and experiments
 *   104    8  index of layers
 *   112    8  index of parameter stores
 *   120    8  index of CMABs (contextual autotunes)
 *   128    8  index of config mappings ("overrides" of the document)
 *   136    4  V app_id
 *   140    4  S default_environment
 *   144    4  S checksum of the document
 *   148    4  how many gate numbers there are (see condition records)
 *   152    4  V sdk_configs
 *   156    4  V sdk_keys_to_app_ids
 *   160    4  V hashed_sdk_keys_to_app_ids
 *   164    4  V session_replay_info
 *   168    4  sampling mode, enum image_sampling
 *   172    4  1 when there is a special-case sampling rate
 *   176    8  special-case sampling rate
 *   184    8  exposure_dedupe_ttl_ms, 0 when absent
 *   192    8  exposure_spec_sampling_ttl_ms, 0 when absent
 *   200    4  number of gates      204  of dynamic configs and experiments
 *   208    4  number of layers     212  of specs dropped as invalid
 *   216    4  S company_id
 *   220    4  how many of a million "initialize" diagnostics are told, plus
 *              one; 0 when the document does not say
 *   224    4  likewise of "config_sync"
 *   228    4  1 when no condition asks for a member of an ID list, 2 when one
 *              does; 0: unknown
 *   232   24  0
 */
#define IMAGE_HEADER                256
#define IMAGE_H_SIZE                16
#define IMAGE_H_GENERATION          24
#define IMAGE_H_LCUT                32
#define IMAGE_H_RECEIVED            40
#define IMAGE_H_CRC                 48
#define IMAGE_H_SOURCE              56
#define IMAGE_SOURCE_CAP            32
#define IMAGE_H_GATES               88
#define IMAGE_H_CONFIGS             96
#define IMAGE_H_LAYERS              104
#define IMAGE_H_STORES              112
#define IMAGE_H_CMABS               120
#define IMAGE_H_MAPPINGS            128
#define IMAGE_H_APP_ID              136
#define IMAGE_H_DEFAULT_ENV         140
#define IMAGE_H_CHECKSUM            144
#define IMAGE_H_N_GATE_NUMBERS      148
#define IMAGE_H_SDK_CONFIGS         152
#define IMAGE_H_KEYS_TO_APPS        156
#define IMAGE_H_HASHED_KEYS_TO_APPS 160
#define IMAGE_H_SESSION_REPLAY      164
#define IMAGE_H_SAMPLING_MODE       168
#define IMAGE_H_HAS_SPECIAL_RATE    172
#define IMAGE_H_SPECIAL_RATE        176
#define IMAGE_H_DEDUPE_TTL          184
#define IMAGE_H_SPEC_SAMPLING_TTL   192
#define IMAGE_H_N_GATES             200
#define IMAGE_H_N_CONFIGS           204
#define IMAGE_H_N_LAYERS            208
#define IMAGE_H_N_DROPPED           212
#define IMAGE_H_COMPANY_ID          216
#define IMAGE_H_DIAG_INITIALIZE     220
#define IMAGE_H_DIAG_CONFIG_SYNC    224
#define IMAGE_H_ID_LISTS            228

enum image_id_lists {
	IMAGE_ID_LISTS_UNKNOWN = 0,
	IMAGE_ID_LISTS_NONE = 1,
	IMAGE_ID_LISTS_NAMED = 2,
};

/* sdk_configs.sampling_mode; any other text is NONE. */
enum image_sampling {
	IMAGE_SAMPLING_NONE = 0,
	IMAGE_SAMPLING_ON = 1,
	IMAGE_SAMPLING_SHADOW = 2,
};

/*
 * Index: open addressing with linear probing.  The number of slots is a power
 * of two, at least twice the entries (an empty index has 0 slots).  A name
 * starts at slot hash64(name) & (slots - 1).
 *
 *     0    4  upper 32 bits of hash64(name)
 *     4    4  the record, 0 for an empty slot; every record that an index
 *             names begins with S name
 */
#define IMAGE_SLOT 8

/*
 * String (S).  Interned: equal strings are one record.
 *
 *     0    8  hash64 of the bytes
 *     8    4  length in bytes
 *    12    n  the bytes, then one NUL, then NULs up to a multiple of 8
 */
#define IMAGE_STR_BYTES 12

/*
 * List of strings (L).
 *
 *     0    4  n
 *     4   4n  S each
 */

/*
 * Value (V): a JSON value.  Its text is compact JSON as the reference writes
 * it: keys in the order of the document, integers as they were spelled, other
 * numbers in their shortest digits with a point or an exponent.  The text of
 * a member is a part of the text of its object.
 *
 *     0    4  enum image_type
 *     4    4  offset of the text
 *     8    4  length of the text
 *    12    4  number of elements or members
 *    16    8  INT: two's complement; UINT: as it is (only above INT64_MAX);
 *             FLOAT: IEEE 754; STRING: S, decoded; ARRAY: offset of a run of
 *             V, 4 bytes each; OBJECT: offset of a run of pairs (S key, V),
 *             sorted by the bytes of the key, shorter first, each key once
 */
enum image_type {
	IMAGE_NULL = 0,
	IMAGE_FALSE = 1,
	IMAGE_TRUE = 2,
	IMAGE_INT = 3,
	IMAGE_UINT = 4,
	IMAGE_FLOAT = 5,
	IMAGE_STRING = 6,
	IMAGE_ARRAY = 7,
	IMAGE_OBJECT = 8,
};
#define IMAGE_VALUE      24
#define IMAGE_V_TYPE     0
#define IMAGE_V_TEXT     4
#define IMAGE_V_TEXT_LEN 8
#define IMAGE_V_N        12
#define IMAGE_V_DATA     16

/*
 * Spec: a gate, segment, holdout, dynamic config, experiment, autotune or
 * layer.  Its rules follow it, then their conditions: one run of memory.
 *
 *     0    4  S name
 *     4    4  S salt
 *     8    4  S idType
 *    12    4  S entity
 *    16    4  V defaultValue (true, false, null or an object)
 *    20    4  IMAGE_SPEC_ flags
 *    24    4  version
 *    28    4  gate number (gates only; see condition records)
 *    32    4  L explicitParameters
 *    36    4  L targetAppIDs
 *    40    4  L fieldsUsed
 *    44    4  number of rules
 *    48    4  offset of the first rule
 *    52    4  the config mapping of this name, or 0
 *    56    4  enum image_entity
 *    60    4  0
 */
#define IMAGE_SPEC           64
#define IMAGE_SPEC_NAME      0
#define IMAGE_SPEC_SALT      4
#define IMAGE_SPEC_ID_TYPE   8
#define IMAGE_SPEC_ENTITY    12
#define IMAGE_SPEC_DEFAULT   16
#define IMAGE_SPEC_FLAGS     20
#define IMAGE_SPEC_VERSION   24
#define IMAGE_SPEC_GATE_NO   28
#define IMAGE_SPEC_EXPLICIT  32
#define IMAGE_SPEC_APP_IDS   36
#define IMAGE_SPEC_FIELDS    40
#define IMAGE_SPEC_N_RULES   44
#define IMAGE_SPEC_RULES     48
#define IMAGE_SPEC_MAPPING   52
#define IMAGE_SPEC_ENTITY_NO 56

#define IMAGE_SPEC_ENABLED      (1U << 0)
#define IMAGE_SPEC_HAS_ACTIVE   (1U << 1)
#define IMAGE_SPEC_ACTIVE       (1U << 2)
#define IMAGE_SPEC_HAS_SHARED   (1U << 3) /* hasSharedParams is present */
#define IMAGE_SPEC_SHARED       (1U << 4)
#define IMAGE_SPEC_HAS_EXPLICIT (1U << 5) /* explicitParameters is present */
#define IMAGE_SPEC_NEW_LAYER    (1U << 6) /* useNewLayerEval */
#define IMAGE_SPEC_FORWARD_ALL  (1U << 7) /* forwardAllExposures */
#define IMAGE_SPEC_HAS_VERSION  (1U << 8)
#define IMAGE_SPEC_DEFAULT_TRUE (1U << 9) /* defaultValue is true itself */
#define IMAGE_SPEC_HAS_APP_IDS  (1U << 10)
#define IMAGE_SPEC_HAS_FORWARD  (1U << 11) /* forwardAllExposures is present */

enum image_entity {
	IMAGE_ENTITY_OTHER = 0,
	IMAGE_ENTITY_FEATURE_GATE = 1,
	IMAGE_ENTITY_SEGMENT = 2,
	IMAGE_ENTITY_HOLDOUT = 3,
	IMAGE_ENTITY_DYNAMIC_CONFIG = 4,
	IMAGE_ENTITY_EXPERIMENT = 5,
	IMAGE_ENTITY_AUTOTUNE = 6,
	IMAGE_ENTITY_LAYER = 7,
};

/*
 * Rule.
 *
 *     0    4  S id
 *     4    4  S groupName
 *     8    4  V returnValue (true, false, null or an object)
 *    12    4  S configDelegate
 *    16    4  the delegate's spec among the dynamic configs, 0 if unknown
 *    20    4  IMAGE_RULE_ flags
 *    24    8  samplingRate
 *    32    8  passPercentage x 100.0, IEEE 754
 *    40    4  S idType
 *    44    4  S idType in lower case
 *    48    4  number of conditions
 *    52    4  offset of the first condition
 *    56    4  offset of the rest of the hash prefix   (see common/hash.h: the
 *    60    4  length of that rest                     prefix is
 *    64   32  SHA-256 state after the prefix's whole   spec.salt "." salt ".",
 *             blocks, eight 32-bit words               all of this 0 in rules
 *    96    8  number of those blocks                   of config mappings)
 *   104    4  S salt: the rule's salt if present, else its id
 *   108    4  0
 */
#define IMAGE_RULE               112
#define IMAGE_RULE_ID            0
#define IMAGE_RULE_GROUP         4
#define IMAGE_RULE_VALUE         8
#define IMAGE_RULE_DELEGATE      12
#define IMAGE_RULE_DELEGATE_SPEC 16
#define IMAGE_RULE_FLAGS         20
#define IMAGE_RULE_SAMPLING      24
#define IMAGE_RULE_PASS          32
#define IMAGE_RULE_UNIT          40
#define IMAGE_RULE_UNIT_LOWER    44
#define IMAGE_RULE_N_CONDS       48
#define IMAGE_RULE_CONDS         52
#define IMAGE_RULE_REST          56
#define IMAGE_RULE_REST_LEN      60
#define IMAGE_RULE_SHA           64
#define IMAGE_RULE_N_BLOCKS      96
#define IMAGE_RULE_SALT          104

#define IMAGE_RULE_RETURN_FALSE (1U << 0) /* returnValue is false itself */
#define IMAGE_RULE_GROUP_MEMBER (1U << 1) /* isExperimentGroup */
#define IMAGE_RULE_HAS_SAMPLING (1U << 2)
#define IMAGE_RULE_PASS_ALL     (1U << 3) /* passPercentage == 100 */
#define IMAGE_RULE_PASS_NONE    (1U << 4) /* passPercentage == 0 */
#define IMAGE_RULE_UNIT_USER    (1U << 5) /* idType is userID, in any case */
#define IMAGE_RULE_TARGETING \
	(1U << 6)                       /* id targetingGate or
					     inlineTargetingRules */
#define IMAGE_RULE_OVERRIDE   (1U << 7) /* id ends in "override" */
#define IMAGE_RULE_HAS_PREFIX (1U << 8) /* offsets 56 to 103 are filled */

/*
 * Field (F): how a value of the user is looked up by name.
 *
 *     0    4  S name as spelled, 0 when the condition names no field
 *     4    4  S name in lower case
 *     8    4  enum image_atom: the user's own field of that lower-case name
 *    12    4  enum image_atom, for user_id, app_version and user_agent, which
 *             are looked up last; else IMAGE_ATOM_NONE
 */
#define IMAGE_FIELD   16
#define IMAGE_F_NAME  0
#define IMAGE_F_LOWER 4
#define IMAGE_F_ATOM  8
#define IMAGE_F_ALIAS 12

enum image_atom {
	IMAGE_ATOM_NONE = 0,
	IMAGE_ATOM_USER_ID = 1,
	IMAGE_ATOM_EMAIL = 2,
	IMAGE_ATOM_IP = 3,
	IMAGE_ATOM_COUNTRY = 4,
	IMAGE_ATOM_LOCALE = 5,
	IMAGE_ATOM_APP_VERSION = 6,
	IMAGE_ATOM_USER_AGENT = 7,
};
#define IMAGE_N_ATOMS 8

/*
 * Condition.  Gate numbers count all gate names that the document defines or
 * a condition asks for, known or not, from 0: a memo of nested gates is an
 * array.
 *
 *     0    4  enum image_cond
 *     4    4  enum image_op
 *     8   16  F field (of USER_FIELD, ENV_FIELD, UA_BASED, IP_BASED,
 *             EXPERIMENT_GROUP)
 *    24    4  S idType
 *    28    4  S idType in lower case
 *    32    4  the target record
 *    36    4  the nested gate's spec, 0 if unknown  (PASS_GATE, FAIL_GATE)
 *    40    4  S its name, "" if the target is no text  (PASS_GATE, FAIL_GATE)
 *    44    4  its gate number                       (PASS_GATE, FAIL_GATE)
 *    48    4  IMAGE_COND_ flags
 *    52    4  S salt of USER_BUCKET, followed by "."  (already joined)
 *    56    8  IMAGE_COND_SET: the target's set, offset and number of slots;
 *             IMAGE_COND_FLOAT: the target's float facet; else 0
 */
#define IMAGE_COND            64
#define IMAGE_COND_TYPE       0
#define IMAGE_COND_OP         4
#define IMAGE_COND_FIELD      8
#define IMAGE_COND_UNIT       24
#define IMAGE_COND_UNIT_LOWER 28
#define IMAGE_COND_TARGET     32
#define IMAGE_COND_GATE       36
#define IMAGE_COND_GATE_NAME  40
#define IMAGE_COND_GATE_NO    44
#define IMAGE_COND_FLAGS      48
#define IMAGE_COND_SALT       52
#define IMAGE_COND_SET_AT     56
#define IMAGE_COND_SET_SLOTS  60
#define IMAGE_COND_NUMBER     56

#define IMAGE_COND_SEGMENT   (1U << 0) /* the gate's name begins "segment:" */
#define IMAGE_COND_UNIT_USER (1U << 1) /* idType is userID, in any case */
#define IMAGE_COND_MISSING   (1U << 2) /* the map has no such condition */
/* USER_FIELD with ANY or NONE of an array or object */
#define IMAGE_COND_SET (1U << 3)
/* USER_FIELD with GT, GTE, LT or LTE of a target that has the float facet */
#define IMAGE_COND_FLOAT (1U << 4)

enum image_cond {
	IMAGE_COND_UNSUPPORTED = 0, /* unknown type, or missing from the map */
	IMAGE_COND_PUBLIC = 1,
	IMAGE_COND_PASS_GATE = 2,
	IMAGE_COND_FAIL_GATE = 3,
	IMAGE_COND_USER_FIELD = 4,
	IMAGE_COND_ENV_FIELD = 5,
	IMAGE_COND_UNIT_ID = 6,
	IMAGE_COND_CURRENT_TIME = 7,
	IMAGE_COND_USER_BUCKET = 8,
	IMAGE_COND_UA_BASED = 9,
	IMAGE_COND_IP_BASED = 10,
	IMAGE_COND_EXPERIMENT_GROUP = 11,
	IMAGE_COND_TARGET_APP = 12,
};

enum image_op {
	IMAGE_OP_UNSUPPORTED = 0, /* absent or unknown */
	IMAGE_OP_GT = 1,
	IMAGE_OP_GTE = 2,
	IMAGE_OP_LT = 3,
	IMAGE_OP_LTE = 4,
	IMAGE_OP_VERSION_GT = 5,
	IMAGE_OP_VERSION_GTE = 6,
	IMAGE_OP_VERSION_LT = 7,
	IMAGE_OP_VERSION_LTE = 8,
	IMAGE_OP_VERSION_EQ = 9,
	IMAGE_OP_VERSION_NEQ = 10,
	IMAGE_OP_ANY = 11,
	IMAGE_OP_NONE = 12,
	IMAGE_OP_ANY_CASE_SENSITIVE = 13,
	IMAGE_OP_NONE_CASE_SENSITIVE = 14,
	IMAGE_OP_STR_STARTS_WITH_ANY = 15,
	IMAGE_OP_STR_ENDS_WITH_ANY = 16,
	IMAGE_OP_STR_CONTAINS_ANY = 17,
	IMAGE_OP_STR_CONTAINS_NONE = 18,
	IMAGE_OP_STR_MATCHES = 19,
	IMAGE_OP_BEFORE = 20,
	IMAGE_OP_AFTER = 21,
	IMAGE_OP_ON = 22,
	IMAGE_OP_EQ = 23,
	IMAGE_OP_NEQ = 24,
	IMAGE_OP_ARRAY_CONTAINS_ANY = 25,
	IMAGE_OP_ARRAY_CONTAINS_NONE = 26,
	IMAGE_OP_ARRAY_CONTAINS_ALL = 27,
	IMAGE_OP_NOT_ARRAY_CONTAINS_ALL = 28,
	IMAGE_OP_IN_SEGMENT_LIST = 29,
	IMAGE_OP_NOT_IN_SEGMENT_LIST = 30,
};
#define IMAGE_N_OPS 31

/*
 * Target: the right-hand side of a condition.  Elements of an array that are
 * equal in lower case have collapsed to the last of them; what is left is
 * sorted by its index in the document.
 *
 *     0    4  enum image_target
 *     4    4  IMAGE_TARGET_ flags
 *     8    8  the float facet, IEEE 754, if IMAGE_TARGET_HAS_FLOAT
 *    16    8  the time facet, unix ms, if IMAGE_TARGET_HAS_TIME: the text's
 *             time, else the number truncated to an integer
 *    24    4  S the string facet (STRING only)
 *    28    4  number of elements or members
 *    32    4  offset of them, 16 bytes each:
 *               0 4 S the key: an array element in lower case, an object's
 *                   key as stored
 *               4 4 S the text: the element's text, the member's value
 *               8 4 index in the document's array
 *              12 4 0
 *    36    4  offset of the set's slots (layout of index slots, with S in the
 *             place of the record): keys for ANY and NONE, texts for the
 *             CASE_SENSITIVE and ARRAY_CONTAINS operators; else 0
 *    40    4  number of slots, a power of two, or 0
 *    44    4  offset of the version's parts for VERSION operators, 24 bytes
 *             each: 8 low bits, 8 high bits (two's complement 128), 8 flag:
 *             1 = the part is a number, 0 = it is not, and the last one
 *    48    4  number of those parts, 0 when the target has no string facet
 *    52    4  number of distinct strings in the set
 */
#define IMAGE_TARGET         56
#define IMAGE_TARGET_KIND    0
#define IMAGE_TARGET_FLAGS   4
#define IMAGE_TARGET_FLOAT   8
#define IMAGE_TARGET_TIME    16
#define IMAGE_TARGET_STR     24
#define IMAGE_TARGET_N       28
#define IMAGE_TARGET_ELEMS   32
#define IMAGE_TARGET_SET     36
#define IMAGE_TARGET_N_SLOTS 40
#define IMAGE_TARGET_PARTS   44
#define IMAGE_TARGET_N_PARTS 48
#define IMAGE_TARGET_N_SET   52
#define IMAGE_ELEM           16
#define IMAGE_PART           24

#define IMAGE_TARGET_HAS_FLOAT (1U << 0)
#define IMAGE_TARGET_HAS_TIME  (1U << 1)
#define IMAGE_TARGET_TRUE      (1U << 2) /* a BOOL target's value */

enum image_target {
	IMAGE_TARGET_NULL = 0,
	IMAGE_TARGET_BOOL = 1,
	IMAGE_TARGET_NUMBER = 2,
	IMAGE_TARGET_STRING = 3,
	IMAGE_TARGET_ARRAY = 4,
	IMAGE_TARGET_OBJECT = 5,
};

/*
 * Config mapping of one name.
 *
 *     0    4  S name
 *     4    4  number of entries
 *     8    4  offset of the entries, 16 bytes each:
 *               0 4 S new_config_name
 *               4 4 number of rules
 *               8 4 offset of the rules, 16 bytes each:
 *                     0 4 the rule record, 0 if override_rules lacks it
 *                     4 4 0
 *                     8 8 start_time, unix ms, 0 when absent
 *              12 4 0
 *    12    4  0
 */
#define IMAGE_MAPPING 16

/*
 * CMAB (contextual autotune).
 *
 *     0    4  S name
 *     4    4  S salt
 *     8    4  V defaultValue
 *    12    4  S idType
 *    16    4  S idType in lower case
 *    20    4  IMAGE_CMAB_ flags
 *    24    4  version
 *    28    4  S targetingGateName, 0 when absent
 *    32    4  the targeting gate's spec, 0 if unknown
 *    36    4  its gate number
 *    40    8  sampleRate, IEEE 754
 *    48    4  number of groups
 *    52    4  offset of the groups, 64 bytes each:
 *               0 4 S id                 4 4 S name
 *               8 4 V parameterValues   12 4 1 when "config" has an entry
 *              16 8 alpha               24 8 intercept (both IEEE 754)
 *              32 8 records
 *              40 4 number of numerical weights
 *              44 4 offset of them, 24 bytes each: F, 8 weight
 *              48 4 number of categorical weights
 *              52 4 offset of them, 24 bytes each: F, 4 n, 4 offset of
 *                   n pairs of 16 bytes: S category, 4 zero, 8 weight
 *              56 8 0
 *    56    4  L targetAppIDs
 *    60    4  0
 */
#define IMAGE_CMAB       64
#define IMAGE_CMAB_GROUP 64

#define IMAGE_CMAB_ENABLED     (1U << 0)
#define IMAGE_CMAB_HIGHER      (1U << 1) /* higherIsBetter */
#define IMAGE_CMAB_HAS_CONFIG  (1U << 2)
#define IMAGE_CMAB_UNIT_USER   (1U << 3) /* idType is userID, in any case */
#define IMAGE_CMAB_HAS_APP_IDS (1U << 4)

/*
 * Parameter store.
 *
 *     0    4  S name
 *     4    4  IMAGE_STORE_ flags
 *     8    4  number of parameters
 *    12    4  offset of the parameters, sorted by name like object members,
 *             32 bytes each:
 *               0 4 S name               4 4 enum image_param
 *               8 4 S ref_type          12 4 S param_type
 *              16 4 S gate, config, experiment or layer name
 *              20 4 S the inner parameter's name
 *              24 4 V value or pass_value
 *              28 4 V fail_value
 *    16    4  L targetAppIDs
 *    20    4  version
 */
#define IMAGE_STORE       24
#define IMAGE_STORE_PARAM 32

#define IMAGE_STORE_HAS_APP_IDS (1U << 0)
#define IMAGE_STORE_HAS_VERSION (1U << 1)

enum image_param {
	IMAGE_PARAM_STATIC = 1,
	IMAGE_PARAM_GATE = 2,
	IMAGE_PARAM_CONFIG = 3,
	IMAGE_PARAM_EXPERIMENT = 4,
	IMAGE_PARAM_LAYER = 5,
};

/* Some bytes that claim to be an image.  It borrows them. */
struct image {
	const uint8_t *base;
	uint32_t size;
};

/* A string of an image, in place; without the NUL.  bytes is never NULL. */
struct image_str {
	const uint8_t *bytes;
	uint32_t len;
	uint64_t hash;
};

/*
 * Looks at the header alone.  FG_E_VERSION for an image that a newer syncer
 * wrote, FG_E_CORRUPT for bytes that are none or are cut short.  base must be
 * a multiple of eight.
 */
enum fg_status image_open(const void *base, size_t len, struct image *out);

/* Sums all bytes: FG_E_CORRUPT when they are not those that were sealed. */
enum fg_status image_check(const struct image *im);

/*
 * Completes an image that the compiler made, in the writer's own memory:
 * generation, the unix time in ms at which the document was accepted, where it
 * came from (cut at 31 bytes), and the checksum over it all.
 */
void image_seal(uint8_t *base, size_t len, uint64_t generation,
    uint64_t received_at, const char *source);

/*
 * The one way to a record: the len bytes at off, or NULL when they do not lie
 * within the image, off is 0 or no multiple of four.
 */
static inline const uint8_t *
image_at(const struct image *im, uint32_t off, uint32_t len)
{
	if (off == 0 || (off & 3) != 0 || off > im->size ||
	    len > im->size - off)
		return NULL;
	return im->base + off;
}

/* The same for a record with 64-bit words. */
static inline const uint8_t *
image_rec(const struct image *im, uint32_t off, uint32_t len)
{
	if (off == 0 || (off & 7) != 0 || off > im->size ||
	    len > im->size - off)
		return NULL;
	return im->base + off;
}

/*
 * The i-th of the records of size bytes each that lie in a run at off.  A run
 * of records with 64-bit words, whose size is a multiple of eight, starts at
 * such a place too.
 */
static inline const uint8_t *
image_nth(const struct image *im, uint32_t off, uint32_t i, uint32_t size)
{
	uint64_t at = (uint64_t)off + (uint64_t)i * size;

	if (off == 0 || at > im->size || ((size & 7) == 0 && (off & 7) != 0))
		return NULL;
	return image_at(im, (uint32_t)at, size);
}

/*
 * The run of n records of size bytes each at off, all of it bounded; NULL when
 * it is not there whole, or when n is 0.
 */
static inline const uint8_t *
image_run(const struct image *im, uint32_t off, uint32_t n, uint32_t size)
{
	return n <= im->size / size ? image_rec(im, off, n * size) : NULL;
}

/* A word of the header, which image_open() has bounded. */
static inline uint32_t
image_head32(const struct image *im, uint32_t off)
{
	return le32load(im->base + off);
}

static inline uint64_t
image_head64(const struct image *im, uint32_t off)
{
	return le64load(im->base + off);
}

static inline double
image_f64(const uint8_t *word)
{
	uint64_t bits = le64load(word);
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/*
 * Copies n words of 32 bits out of a record.  They are data only, like a
 * string's bytes: nothing is bounded by them, so they need not be read singly.
 */
static inline void
image_words(uint32_t *dst, const uint8_t *at, size_t n)
{
	memcpy(dst, at, n * sizeof(dst[0]));
	for (size_t i = 0; i < n; i++)
		dst[i] = le32toh(dst[i]);
}

/* The string record at off; false when there is none or it is damaged. */
static inline bool
image_str(const struct image *im, uint32_t off, struct image_str *out)
{
	const uint8_t *p = image_rec(im, off, IMAGE_STR_BYTES);

	if (p == NULL)
		return false;
	out->hash = le64load(p);
	out->len = le32load(p + 8);
	out->bytes = p + IMAGE_STR_BYTES;
	return out->len <= im->size - off - IMAGE_STR_BYTES;
}

/* True when the string record at off holds exactly these bytes.  Inlined also
   where it stands twice: this is where an evaluation spends its time. */
__attribute__((always_inline)) static inline bool
image_str_is(const struct image *im, uint32_t off, const void *bytes, size_t n)
{
	const uint8_t *p = image_rec(im, off, IMAGE_STR_BYTES);

	return p != NULL && le32load(p + 8) == n &&
	    n <= im->size - off - IMAGE_STR_BYTES &&
	    same_bytes(p + IMAGE_STR_BYTES, bytes, n);
}

/* The order of keys: by their bytes, a shorter one before what it begins. */
static inline int
image_key_cmp(const void *a, size_t an, const void *b, size_t bn)
{
	int c = memcmp(a, b, an < bn ? an : bn);

	return c != 0 ? c : (an > bn) - (an < bn);
}

/*
 * Finds a name in the index whose two words lie at header offset index:
 * the record's offset, or 0.  hash must be hash64() of the name.
 */
uint32_t image_find(const struct image *im, uint32_t index, const void *name,
    size_t n, uint64_t hash);

/* The same as image_set_has(), by all slots that it may be in. */
bool image_set_search(const struct image *im, uint32_t slots, uint32_t n_slots,
    const void *bytes, size_t n, uint64_t hash);

/* The slots of an index or a set, all of them bounded; NULL for none. */
static inline const uint8_t *
image_table(const struct image *im, uint32_t slots, uint32_t n_slots)
{
	return slots != 0 && (slots & 7) == 0 &&
		(uint64_t)slots + (uint64_t)n_slots * IMAGE_SLOT <= im->size
	    ? im->base + slots
	    : NULL;
}

/*
 * True when the set of n_slots slots at slots has exactly this string.  The
 * first slot answers in most cases: a string that is not there finds it empty.
 */
static inline bool
image_set_has(const struct image *im, uint32_t slots, uint32_t n_slots,
    const void *bytes, size_t n, uint64_t hash)
{
	const uint8_t *table = image_table(im, slots, n_slots);
	uint64_t slot;

	if (table == NULL || n_slots == 0)
		return false;
	slot = le64load(
	    table + (size_t)((uint32_t)hash & (n_slots - 1)) * IMAGE_SLOT);
	if (slot >> 32 == 0)
		return false;
	return ((uint32_t)slot == (uint32_t)(hash >> 32) &&
		   image_str_is(im, (uint32_t)(slot >> 32), bytes, n)) ||
	    image_set_search(im, slots, n_slots, bytes, n, hash);
}

/* The member key of the object value at off, as a V, or 0. */
uint32_t image_member(
    const struct image *im, uint32_t off, const void *key, size_t n);

/* True when the list L at off has this string; false for no list. */
bool image_list_has(
    const struct image *im, uint32_t off, const void *bytes, size_t n);

#endif /* COMMON_IMAGE_H */
