<?php

declare(strict_types=1);

namespace Statsig;

use Statsig\Adapters\IConfigAdapter;
use Statsig\Adapters\IDataAdapter;
use Statsig\Adapters\ILoggingAdapter;
use Statsig\Exceptions\EventQueueSizeException;
use Statsig\OutputLoggers\IOutputLogger;
use Statsig\OutputLoggers\StatsigOutputLogger;

/**
 * Options as the SDK has them.  Only the environment's tier has a meaning
 * here: rules come from, and events go to, the host's forkgate-syncer, so
 * adapters are kept for those who ask for them and are never called.
 */
class StatsigOptions
{
    public ?string $tier = null;
    /** Of no effect: the syncer keeps the rules fresh. */
    public int $config_freshness_threshold_ms = 60000;

    private int $event_queue_size = 500;
    private IOutputLogger $output_logger;

    public function __construct(
        private IDataAdapter|IConfigAdapter|string|null $data_adapter = null,
        private ILoggingAdapter|string|null $logging_adapter = null,
        ?IOutputLogger $output_logger = null,
    ) {
        $this->output_logger = $output_logger ?? new StatsigOutputLogger();
    }

    public function getDataAdapter(): ?IDataAdapter
    {
        return $this->data_adapter instanceof IDataAdapter ? $this->data_adapter : null;
    }

    public function getConfigAdapter(): ?IConfigAdapter
    {
        return $this->data_adapter instanceof IConfigAdapter ? $this->data_adapter : null;
    }

    public function getLoggingAdapter(): ?ILoggingAdapter
    {
        return $this->logging_adapter instanceof ILoggingAdapter ? $this->logging_adapter : null;
    }

    public function getConfigFilePath(): ?string
    {
        return is_string($this->data_adapter) ? $this->data_adapter : null;
    }

    public function getLoggingFilePath(): ?string
    {
        return is_string($this->logging_adapter) ? $this->logging_adapter : null;
    }

    public function getOutputLogger(): IOutputLogger
    {
        return $this->output_logger;
    }

    public function setEnvironmentTier(?string $tier): void
    {
        $this->tier = $tier;
    }

    /**
     * Of no effect: the syncer batches events.
     *
     * @throws EventQueueSizeException when it is below 10 or above 1000
     */
    public function setEventQueueSize(int $size): void
    {
        if ($size < 10 || $size > 1000) {
            throw new EventQueueSizeException('The event queue size must be between 10 and 1000.');
        }
        $this->event_queue_size = $size;
    }

    public function getEventQueueSize(): int
    {
        return $this->event_queue_size;
    }
}
