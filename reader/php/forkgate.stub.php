<?php

/**
 * The PHP extension's interface, for gen_stub.php (forkgate_arginfo.h is made
 * from it) and for IDEs and static analysers.
 *
 * Checks answer from rules in shared memory: they do not block, use no network,
 * and never throw because of rules, network or syncer. Where nothing can be
 * decided the answer is the default, and the details say why. What throws is
 * a mistake in the program: \TypeError, \ValueError, and Forkgate\Exception
 * where noted.
 *
 * All checks of one request see one generation of the rules. A worker that
 * serves many requests in one go calls refresh() before each; the command line
 * renews by itself, see forkgate.max_session_ms.
 *
 * Wherever a $user is asked for, it may be a User, a plain user ID, or an array
 * as User::fromArray() takes it. Make one User a request where there are many
 * checks: it is converted once.
 *
 * Texts are UTF-8; what is not is replaced by U+FFFD when it is logged.
 *
 * @generate-class-entries
 */

namespace Forkgate {

    /**
     * @var string
     * @cvalue PHP_FORKGATE_VERSION
     */
    const VERSION = UNKNOWN;

    /** Whether a gate passes: Client::default()->checkGate(). */
    function check_gate(User|array|string|int $user, string $gate, bool $exposure = true): bool {}

    /** @return array<string,mixed> the value of a dynamic config, [] when it is unknown */
    function get_config(User|array|string|int $user, string $config, bool $exposure = true): array {}

    /** @return array<string,mixed> the value of an experiment, [] when it is unknown */
    function get_experiment(User|array|string|int $user, string $experiment, bool $exposure = true): array {}

    /**
     * One parameter of a layer, or $default where it is missing or of another
     * type than $default. Logs this parameter's exposure.
     */
    function get_layer_param(User|array|string|int $user, string $layer, string $param, mixed $default = null): mixed {}

    /**
     * Logs an event of your own.
     *
     * @phpstan-param array<string,mixed> $metadata
     * @return bool false when it was dropped, for want of room or of a queue
     */
    function log_event(User|array|string|int $user, string $name, string|int|float|null $value = null, array $metadata = []): bool {}

    /** How this process sees the rules; cheap enough for a health check. */
    function status(): Status {}

    /** Takes the newest rules now. True when they are others than before. */
    function refresh(): bool {}

    /** What a reason says in one word. */
    enum Outcome: string
    {
        /** The rules decided. */
        case Recognized = "Recognized";
        /** There are rules, but nothing of that name. */
        case Unrecognized = "Unrecognized";
        /** The rules hold a condition that is not supported. */
        case Unsupported = "Unsupported";
        /** There are no rules: no syncer yet, or its directory is not readable. */
        case NoValues = "NoValues";
        /** The rules could not be used; the reason tells why. */
        case Error = "Error";
    }

    /** What can be overridden. */
    enum OverrideKind: string
    {
        case Gate = "gate";
        case DynamicConfig = "dynamic_config";
        case Experiment = "experiment";
        case Layer = "layer";
        case ParameterStore = "param_store";
    }

    /** How names appear in a client initialize response. */
    enum ResponseHash: string
    {
        case Djb2 = "djb2";
        case Sha256 = "sha256";
        case None = "none";
    }

    /** The shape of a client initialize response. */
    enum ResponseFormat: string
    {
        case V1 = "v1";
        /** Secondary exposures by reference. */
        case V2 = "v2";
        /** Short names, values by reference too. */
        case InitV2 = "init-v2";
    }

    /** Thrown by overrides that are not allowed, and for more clients than can be kept. */
    class Exception extends \RuntimeException
    {
    }

    /**
     * Whom a check is for. Immutable.
     *
     * Values of the maps are scalars, null, arrays and objects that have a JSON
     * shape: \JsonSerializable, backed enums, \DateTimeInterface, \Stringable and
     * \stdClass. They may nest 60 deep.
     *
     * @strict-properties
     * @not-serializable
     */
    final class User implements \JsonSerializable
    {
        public readonly ?string $userID;
        public readonly ?string $email;
        public readonly ?string $ip;
        public readonly ?string $userAgent;
        public readonly ?string $country;
        public readonly ?string $locale;
        public readonly ?string $appVersion;
        /** @var array<string,mixed> */
        public readonly array $custom;
        /** @var array<string,string|int> */
        public readonly array $customIDs;
        /** @var array<string,mixed> */
        public readonly array $environment;
        /** Used in evaluation, in no log and in no JSON. */
        private readonly array $privateAttributes;

        /**
         * @phpstan-param array<string,mixed> $custom
         * @phpstan-param array<string,string|int> $customIDs
         * @phpstan-param array<string,mixed> $privateAttributes
         * @phpstan-param array<string,mixed> $environment such as ['tier' => 'production']
         * @throws \TypeError for a value that has no JSON shape
         * @throws \ValueError for a value nested too deep, or a number that is not finite
         */
        public function __construct(
            string|int|null $userID = null,
            ?string $email = null,
            ?string $ip = null,
            ?string $userAgent = null,
            ?string $country = null,
            ?string $locale = null,
            ?string $appVersion = null,
            array $custom = [],
            array $customIDs = [],
            #[\SensitiveParameter] array $privateAttributes = [],
            array $environment = [],
        ) {}

        /**
         * From Statsig's JSON shape: userID, email, ip, userAgent, country, locale,
         * appVersion, custom, customIDs, privateAttributes, statsigEnvironment.
         * Spellings such as user_id and userId do as well; other keys are ignored.
         */
        public static function fromArray(#[\SensitiveParameter] array $user): User {}

        /** The same from an object's JSON shape or its public properties. */
        public static function fromObject(#[\SensitiveParameter] object $user): User {}

        /** Statsig's JSON shape, without the private attributes. */
        public function jsonSerialize(): array {}
    }

    /**
     * Why a value is what it is.
     *
     * @strict-properties
     * @not-serializable
     */
    final class EvaluationDetails
    {
        /** As Statsig spells it, such as "Network:Recognized". */
        public readonly string $reason;
        public readonly Outcome $outcome;
        /** The number of the rules' version on this host; 0 without rules. */
        public readonly int $generation;
        /** The time that the rules bear, in ms since 1970; 0 without rules. */
        public readonly int $rulesTime;
        /** When this host received them, in ms since 1970; 0 without rules. */
        public readonly int $receivedAt;
        /** How long ago that was, in ms, when this was made. */
        public readonly int $ageMs;
        /** The version of the gate, config or layer. */
        public readonly ?int $version;
        /** The request's own generation was no longer kept: a newer one answered. */
        public readonly bool $moved;

        private function __construct() {}
    }

    /**
     * @strict-properties
     * @not-serializable
     */
    final class FeatureGate
    {
        public readonly string $name;
        public readonly bool $value;
        /** "" when unknown */
        public readonly string $ruleID;
        /** "" when unknown */
        public readonly string $idType;
        public readonly EvaluationDetails $details;
        /** @var list<array{gate: string,gateValue: string,ruleID: string}> */
        public readonly array $secondaryExposures;

        private function __construct() {}
    }

    /**
     * A dynamic config or an experiment.
     *
     * Integers above PHP_INT_MAX are floats, as json_decode() has it, objects are
     * arrays. The value is decoded when it is first asked for as a whole.
     *
     * @strict-properties
     * @not-serializable
     */
    final class DynamicConfig implements \JsonSerializable
    {
        public readonly string $name;
        /** "" when unknown */
        public readonly string $ruleID;
        /** "" when unknown */
        public readonly string $idType;
        public readonly ?string $groupName;
        public readonly bool $isExperimentActive;
        public readonly bool $isUserInExperiment;
        public readonly EvaluationDetails $details;
        /** @var list<array{gate: string,gateValue: string,ruleID: string}> */
        public readonly array $secondaryExposures;

        private function __construct() {}

        /**
         * A parameter; $default where it is missing, or of another type than
         * $default (an int passes for a float default, anything for null).
         */
        public function get(string $param, mixed $default = null): mixed {}

        public function getString(string $param, string $default = ""): string {}

        /** Only what is spelled as an integer: 3, not 3.0. */
        public function getInt(string $param, int $default = 0): int {}

        /** Any number. */
        public function getFloat(string $param, float $default = 0.0): float {}

        public function getBool(string $param, bool $default = false): bool {}

        public function getArray(string $param, array $default = []): array {}

        /** True also for a parameter that is null. */
        public function has(string $param): bool {}

        /** @return array<string,mixed> */
        public function getValue(): array {}

        /** The value as JSON text, an object. */
        public function getJson(): string {}

        /** Encodes as an object, also when it is empty. */
        public function jsonSerialize(): object {}
    }

    /**
     * A layer: each parameter that is read logs its exposure, once it is there and
     * of the type that is asked for.
     *
     * @strict-properties
     * @not-serializable
     */
    final class Layer
    {
        public readonly string $name;
        /** "" when unknown */
        public readonly string $ruleID;
        /** "" when unknown */
        public readonly string $idType;
        public readonly ?string $groupName;
        public readonly ?string $allocatedExperiment;
        public readonly bool $isExperimentActive;
        public readonly bool $isUserInExperiment;
        public readonly EvaluationDetails $details;
        /** @var list<array{gate: string,gateValue: string,ruleID: string}> */
        public readonly array $secondaryExposures;

        private function __construct() {}

        /** As DynamicConfig::get(). */
        public function get(string $param, mixed $default = null): mixed {}

        public function getString(string $param, string $default = ""): string {}

        /** Only what is spelled as an integer: 3, not 3.0. */
        public function getInt(string $param, int $default = 0): int {}

        /** Any number. */
        public function getFloat(string $param, float $default = 0.0): float {}

        public function getBool(string $param, bool $default = false): bool {}

        public function getArray(string $param, array $default = []): array {}

        /** Logs nothing. True also for a parameter that is null. */
        public function has(string $param): bool {}

        /** The rule that gave a parameter its value. Logs nothing. */
        public function getParameterRuleID(string $param): string {}

        /**
         * All parameters. Logs nothing.
         *
         * @return array<string,mixed>
         */
        public function peek(): array {}
    }

    /**
     * A parameter store. Reading a parameter asks the gate, config, experiment or
     * layer behind it, which logs an exposure. A null parameter is a missing one.
     *
     * @strict-properties
     * @not-serializable
     */
    final class ParameterStore
    {
        public readonly string $name;
        public readonly EvaluationDetails $details;
        private readonly User $user;
        private readonly ?StickyStorage $sticky;

        private function __construct() {}

        /** As DynamicConfig::get(). */
        public function get(string $param, mixed $default = null): mixed {}

        public function getString(string $param, string $default = ""): string {}

        /** Only what is spelled as an integer: 3, not 3.0. */
        public function getInt(string $param, int $default = 0): int {}

        /** Any number. */
        public function getFloat(string $param, float $default = 0.0): float {}

        public function getBool(string $param, bool $default = false): bool {}

        public function getArray(string $param, array $default = []): array {}
    }

    /**
     * The groups of an experiment as they are set up, whoever asks.
     *
     * @strict-properties
     * @not-serializable
     */
    final class ExperimentGroups
    {
        /** @var list<DynamicConfig> */
        public readonly array $groups;
        /** null for what is no experiment */
        public readonly ?bool $isActive;
        public readonly EvaluationDetails $details;

        private function __construct() {}
    }

    /**
     * How this process sees the rules, and what it did.
     *
     * @strict-properties
     * @not-serializable
     */
    final class Status
    {
        /** There are rules. */
        public readonly bool $ready;
        public readonly string $stateDir;
        public readonly string $project;
        /** 0 without rules */
        public readonly int $generation;
        /** The time that the rules bear, in ms since 1970; 0 without rules. */
        public readonly int $rulesTime;
        /** When this host received them, in ms since 1970; 0 without rules. */
        public readonly int $receivedAt;
        /** How long ago that was, in ms. */
        public readonly int $ageMs;
        /** Since the syncer's last sign, in ms; null when there was none. */
        public readonly ?int $heartbeatAgeMs;
        public readonly int $gates;
        public readonly int $configs;
        public readonly int $layers;
        /** Of this process since it opened; of requests that have ended. */
        public readonly int $evaluations;
        public readonly int $exposures;
        public readonly int $deduplicated;
        /** Events lost for want of room or of a queue. */
        public readonly int $dropped;
        /** Calls of sticky storages that failed, and records that could not be read. */
        public readonly int $stickyFailed;
        /** Why the state directory cannot be used; null when it can. */
        public readonly ?string $error;

        private function __construct() {}
    }

    /**
     * Where sticky values are kept: experiments and layers that stay for a user as
     * they were first decided, for as long as they are active.
     *
     * A record is bytes that only forkgate reads, up to 1 MiB; it is kept by a key,
     * "unit ID:ID type" such as "ada:userID", and the name of an experiment or layer.
     *
     * What a method throws goes no further: it is in PHP's error log, once in
     * a request, and counted in Status::$stickyFailed, and the check is answered all
     * the same. While a method runs, its client neither asks nor tells the storage.
     */
    interface StickyStorage
    {
        /**
         * All that is kept by that key; [] when there is nothing.
         *
         * @return array<string,string> records by name
         */
        public function load(string $key): array;

        /** Keeps it instead of what is there by that key and name. */
        public function save(string $key, string $name, string $record): void;

        /** Called also, and most often, when there is none. */
        public function remove(string $key, string $name): void;
    }

    /**
     * What a storage has of one user: from Client::loadSticky(), or your own.
     *
     * @strict-properties
     * @not-serializable
     */
    final class StickyValues
    {
        /** @var array<string,string> records by the name of the experiment or layer */
        public readonly array $records;
        /** It could not be loaded: nothing is used, saved or removed, so that none is lost. */
        public readonly bool $isUnknown;

        /**
         * @phpstan-param array<string,string> $records
         * @throws \TypeError for a record that is no string
         */
        public function __construct(array $records = [], bool $isUnknown = false) {}
    }

    /**
     * One project's rules. Cheap to make: what is opened for it is kept by the
     * process for all that ask for the same.
     *
     * @strict-properties
     * @not-serializable
     */
    final class Client
    {
        private readonly ?StickyStorage $sticky;

        /**
         * What is null is as php.ini has it.
         *
         * @param string|null $snapshot a .fgs file to evaluate from instead of the
         *        state directory; nothing is logged then
         * @param StickyStorage|null $sticky what getExperiment() and getLayer() are
         *        sticky with
         * @throws \ValueError for a path that is not absolute or that open_basedir
         *         forbids, and for a name that no project can have
         * @throws Exception for more than 64 different clients in one process
         */
        public function __construct(?string $stateDir = null, ?string $project = null, ?string $environment = null, ?string $snapshot = null, ?StickyStorage $sticky = null) {}

        /** The client of php.ini, which the functions above use. */
        public static function default(): Client {}

        public function checkGate(User|array|string|int $user, string $gate, bool $exposure = true): bool {}

        /**
         * Several gates at once.
         *
         * @phpstan-param list<string> $gates
         * @return array<string,bool>
         */
        public function checkGates(User|array|string|int $user, array $gates, bool $exposure = true): array {}

        public function getFeatureGate(User|array|string|int $user, string $gate, bool $exposure = true): FeatureGate {}

        public function getDynamicConfig(User|array|string|int $user, string $config, bool $exposure = true): DynamicConfig {}

        /**
         * With a storage, an experiment that is active is what its record in $sticky
         * says, its reason then "Persisted". Without a record it is saved, if the user
         * is in one of its groups. One that is not active is removed from the storage,
         * and so is each that is asked for without $sticky.
         *
         * @param StickyValues|null $sticky what loadSticky() gave for the ID type of the
         *        experiment; not looked at without a storage
         * @param bool $enforceTargeting the record yields when targeting excludes the user by now
         * @param bool $enforceOverrides the record yields to an override in the console
         */
        public function getExperiment(
            User|array|string|int $user,
            string $experiment,
            bool $exposure = true,
            ?StickyValues $sticky = null,
            bool $enforceTargeting = false,
            bool $enforceOverrides = false,
        ): DynamicConfig {}

        /**
         * Asks the storage for all it has of a user by that ID: once in a request, for
         * all experiments and layers of that ID type. Empty without a storage, or when
         * the user has no such ID.
         *
         * @param string $idType "userID", "stableID" or a custom one
         */
        public function loadSticky(User|array|string|int $user, string $idType = "userID"): StickyValues {}

        /**
         * A record of what Statsig's SDKs keep of an experiment or a layer, its JSON
         * decoded: value, json_value, rule_id, group_name, secondary_exposures,
         * undelegated_secondary_exposures, config_delegate, explicit_parameters, time,
         * config_version. As there, value, secondary_exposures and time are needed.
         *
         * @phpstan-param array<string,mixed> $values
         * @return string|null null when it is nothing that they keep, or over 1 MiB
         */
        public function encodeStickyRecord(array $values): ?string {}

        /**
         * What a record says, as above.
         *
         * @return array<string,mixed>|null null when it does not hold together
         */
        public function decodeStickyRecord(string $record): ?array {}

        /** A group as it is set up, without a user. Logs nothing. */
        public function getExperimentByGroupName(string $experiment, string $groupName): DynamicConfig {}

        /** The same for the group whose rule has that ID. */
        public function getExperimentByGroupID(string $experiment, string $groupID): DynamicConfig {}

        public function getExperimentGroups(string $experiment): ExperimentGroups {}

        /** Sticky as getExperiment() is; a layer is active when its experiment is. */
        public function getLayer(
            User|array|string|int $user,
            string $layer,
            bool $exposure = true,
            ?StickyValues $sticky = null,
            bool $enforceTargeting = false,
            bool $enforceOverrides = false,
        ): Layer {}

        public function getParameterStore(User|array|string|int $user, string $store, bool $exposure = true): ParameterStore {}

        /**
         * JSON text with which a Statsig SDK in a browser or a phone starts. Logs
         * nothing.
         *
         * @param string|null $previousResponseHash full_checksum of what the client
         *        has; "" asks for one
         * @phpstan-param list<string>|null $gates the names to keep; null keeps all
         * @phpstan-param list<string>|null $configs
         * @phpstan-param list<string>|null $experiments
         * @phpstan-param list<string>|null $layers
         * @phpstan-param list<string>|null $parameterStores
         * @return string|null null when it cannot be made, or when $refuseUnknownKey
         *         and the rules know no app for the key
         */
        public function getClientInitializeResponse(
            User|array|string|int $user,
            ?string $clientSDKKey = null,
            ?string $targetAppID = null,
            ResponseHash $hash = \Forkgate\ResponseHash::Djb2,
            ResponseFormat $format = \Forkgate\ResponseFormat::V1,
            bool $refuseUnknownKey = false,
            bool $removeIDType = false,
            bool $removeDefaultValueGates = false,
            bool $removeExperimentsInLayers = false,
            bool $includeLocalOverrides = false,
            ?string $previousResponseHash = null,
            ?array $gates = null,
            ?array $configs = null,
            ?array $experiments = null,
            ?array $layers = null,
            ?array $parameterStores = null,
        ): ?string {}

        /**
         * The same, decoded.
         *
         * @return array<string,mixed>|null
         */
        public function getClientInitializeResponseArray(
            User|array|string|int $user,
            ?string $clientSDKKey = null,
            ?string $targetAppID = null,
            ResponseHash $hash = \Forkgate\ResponseHash::Djb2,
            ResponseFormat $format = \Forkgate\ResponseFormat::V1,
            bool $refuseUnknownKey = false,
            bool $removeIDType = false,
            bool $removeDefaultValueGates = false,
            bool $removeExperimentsInLayers = false,
            bool $includeLocalOverrides = false,
            ?string $previousResponseHash = null,
            ?array $gates = null,
            ?array $configs = null,
            ?array $experiments = null,
            ?array $layers = null,
            ?array $parameterStores = null,
        ): ?array {}

        /** Manual exposures return false when the event was dropped. */
        public function manuallyLogGateExposure(User|array|string|int $user, string $gate): bool {}

        public function manuallyLogDynamicConfigExposure(User|array|string|int $user, string $config): bool {}

        public function manuallyLogExperimentExposure(User|array|string|int $user, string $experiment): bool {}

        public function manuallyLogLayerParameterExposure(User|array|string|int $user, string $layer, string $param): bool {}

        /**
         * Makes the user known to Statsig, with an event of its own.
         *
         * @return bool false when it was dropped
         */
        public function identify(User|array|string|int $user): bool {}

        /**
         * @phpstan-param array<string,mixed> $metadata
         * @return bool false when it was dropped
         */
        public function logEvent(User|array|string|int $user, string $name, string|int|float|null $value = null, array $metadata = []): bool {}

        /**
         * Answers for this process that win over the rules, for tests: with an $id
         * for the user or custom ID of that value, without for everyone else. They
         * end with the request.
         *
         * @throws Exception unless forkgate.allow_overrides is on
         */
        public function overrideGate(string $gate, bool $value, string|int|null $id = null): void {}

        public function overrideDynamicConfig(string $config, array $value, string|int|null $id = null): void {}

        public function overrideExperiment(string $experiment, array $value, string|int|null $id = null): void {}

        public function overrideExperimentByGroupName(string $experiment, string $groupName, string|int|null $id = null): void {}

        public function overrideLayer(string $layer, array $value, string|int|null $id = null): void {}

        public function overrideParameterStore(string $store, array $value, string|int|null $id = null): void {}

        /** Without an $id, all of that name. */
        public function removeOverride(OverrideKind $kind, string $name, string|int|null $id = null): void {}

        public function removeAllOverrides(): void {}

        /**
         * The names of all feature gates, sorted. So are the lists that follow.
         *
         * @return list<string>
         */
        public function getFeatureGateList(): array {}

        /** @return list<string> */
        public function getDynamicConfigList(): array {}

        /** @return list<string> */
        public function getExperimentList(): array {}

        /** @return list<string> */
        public function getAutotuneList(): array {}

        /** @return list<string> */
        public function getLayerList(): array {}

        /** @return list<string> */
        public function getParameterStoreList(): array {}

        /**
         * The user's fields that a gate looks at; none for an unknown name.
         *
         * @return list<string>
         */
        public function getFieldsNeededForGate(string $gate): array {}

        /** @return list<string> */
        public function getFieldsNeededForDynamicConfig(string $config): array {}

        /** @return list<string> */
        public function getFieldsNeededForExperiment(string $experiment): array {}

        /** @return list<string> */
        public function getFieldsNeededForLayer(string $layer): array {}

        public function status(): Status {}

        /** Takes the newest rules now. True when they are others than before. */
        public function refresh(): bool {}

        /** Waits until there are rules; 0 asks without waiting. */
        public function waitReady(int $timeoutMs = 0): bool {}

        /**
         * Lets the syncer have all events at once; with a time-out, waits until the
         * server accepted them. Events are safe without it.
         */
        public function flush(int $timeoutMs = 0): bool {}
    }
}
