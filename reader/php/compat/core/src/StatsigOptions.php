<?php

declare(strict_types=1);

namespace Statsig;

/**
 * Options as the SDK has them.  The environment, disable_all_logging and
 * persistent_storage count; all that is about fetching rules and sending events
 * is the syncer's, and is accepted so that a call with it goes on to work.
 */
class StatsigOptions
{
    public function __construct(
        public ?string $specs_url = null,
        public ?string $log_event_url = null,
        public ?object $specs_adapter = null,
        public ?object $event_logging_adapter = null,
        public ?string $environment = null,
        public ?int $event_logging_flush_interval_ms = null,
        public ?int $event_logging_max_queue_size = null,
        public ?int $specs_sync_interval_ms = null,
        public ?string $output_log_level = null,
        public ?bool $disable_country_lookup = null,
        public ?bool $wait_for_country_lookup_init = null,
        public ?bool $wait_for_user_agent_init = null,
        public ?bool $enable_id_lists = null,
        public ?bool $enable_dcs_deltas = null,
        public ?bool $disable_network = null,
        public ?string $id_lists_url = null,
        public ?int $id_lists_sync_interval_ms = null,
        public ?bool $disable_all_logging = null,
        public ?int $init_timeout_ms = null,
        public ?bool $fallback_to_statsig_api = null,
        public ?bool $use_third_party_ua_parser = null,
        public ?PersistentStorage $persistent_storage = null,
        public ?object $proxy_config = null,
        public ?int $id_lists_request_timeout_ms = null,
        public ?int $exposure_dedupe_max_keys = null,
        public ?object $spec_adapter_config = null,
    ) {
    }
}
