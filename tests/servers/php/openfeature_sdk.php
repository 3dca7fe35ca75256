<?php

// The parts of OpenFeature's SDK for PHP, 2.x, that a provider touches, with the
// SDK's names and signatures, so that the provider can be run without a download.

namespace Psr\Log {
    interface LoggerInterface
    {
    }

    interface LoggerAwareInterface
    {
        public function setLogger(LoggerInterface $logger): void;
    }
}

namespace OpenFeature\interfaces\common {
    interface Metadata
    {
        public function getName(): string;
    }

    interface MetadataGetter
    {
        public function getMetadata(): Metadata;
    }
}

namespace OpenFeature\interfaces\hooks {
    interface HooksGetter
    {
        public function getHooks(): array;
    }
}

namespace OpenFeature\interfaces\flags {
    interface Attributes
    {
        public function keys(): array;

        public function get(string $key): bool|string|int|float|\DateTime|array|null;

        public function toArray(): array;
    }

    interface EvaluationContext
    {
        public function getTargetingKey(): ?string;

        public function getAttributes(): Attributes;
    }
}

namespace OpenFeature\interfaces\provider {
    use OpenFeature\interfaces\common\MetadataGetter;
    use OpenFeature\interfaces\flags\EvaluationContext;
    use OpenFeature\interfaces\hooks\HooksGetter;
    use Psr\Log\LoggerAwareInterface;

    interface ResolutionDetails
    {
        public function getValue(): bool|string|int|float|\DateTime|array|null;

        public function getError(): ?ResolutionError;

        public function getReason(): ?string;

        public function getVariant(): ?string;
    }

    interface ResolutionError
    {
        public function getResolutionErrorCode(): ErrorCode;

        public function getResolutionErrorMessage(): ?string;
    }

    interface Provider extends HooksGetter, LoggerAwareInterface, MetadataGetter
    {
        public function resolveBooleanValue(string $flagKey, bool $defaultValue, ?EvaluationContext $context = null): ResolutionDetails;

        public function resolveStringValue(string $flagKey, string $defaultValue, ?EvaluationContext $context = null): ResolutionDetails;

        public function resolveIntegerValue(string $flagKey, int $defaultValue, ?EvaluationContext $context = null): ResolutionDetails;

        public function resolveFloatValue(string $flagKey, float $defaultValue, ?EvaluationContext $context = null): ResolutionDetails;

        public function resolveObjectValue(string $flagKey, array $defaultValue, ?EvaluationContext $context = null): ResolutionDetails;
    }

    /** There, an enumeration of a library's; here, what its users see of it. */
    final class ErrorCode
    {
        private const NAMES = [
            'PROVIDER_NOT_READY', 'FLAG_NOT_FOUND', 'PARSE_ERROR', 'TYPE_MISMATCH',
            'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'GENERAL',
        ];

        private function __construct(private string $value)
        {
        }

        public function getValue()
        {
            return $this->value;
        }

        public static function __callStatic($name, $arguments): self
        {
            if (!in_array($name, self::NAMES, true)) {
                throw new \BadMethodCallException("there is no $name");
            }
            return new self($name);
        }
    }

    final class Reason
    {
        public const DEFAULT = 'DEFAULT';
        public const TARGETING_MATCH = 'TARGETING_MATCH';
        public const SPLIT = 'SPLIT';
        public const DISABLED = 'DISABLED';
        public const UNKNOWN = 'UNKNOWN';
        public const ERROR = 'ERROR';
    }
}

namespace OpenFeature\implementation\common {
    class Metadata implements \OpenFeature\interfaces\common\Metadata
    {
        public function __construct(private string $name)
        {
        }

        public function getName(): string
        {
            return $this->name;
        }
    }
}

namespace OpenFeature\implementation\flags {
    class Attributes implements \OpenFeature\interfaces\flags\Attributes
    {
        public function __construct(protected array $attributesMap = [])
        {
        }

        public function keys(): array
        {
            return array_keys($this->attributesMap);
        }

        public function get(string $key): bool|string|int|float|\DateTime|array|null
        {
            return $this->attributesMap[$key] ?? null;
        }

        public function toArray(): array
        {
            return $this->attributesMap;
        }
    }

    class EvaluationContext implements \OpenFeature\interfaces\flags\EvaluationContext
    {
        protected \OpenFeature\interfaces\flags\Attributes $attributes;

        public function __construct(private ?string $targetingKey = null, ?\OpenFeature\interfaces\flags\Attributes $attributes = null)
        {
            $this->attributes = $attributes ?? new Attributes();
        }

        public function getTargetingKey(): ?string
        {
            return $this->targetingKey;
        }

        public function getAttributes(): \OpenFeature\interfaces\flags\Attributes
        {
            return $this->attributes;
        }
    }
}

namespace OpenFeature\implementation\provider {
    use OpenFeature\interfaces\provider\ErrorCode;

    abstract class AbstractProvider implements \OpenFeature\interfaces\provider\Provider
    {
        protected static string $NAME = 'AbstractProvider';
        protected ?\Psr\Log\LoggerInterface $logger = null;
        private array $hooks = [];

        public function setLogger(\Psr\Log\LoggerInterface $logger): void
        {
            $this->logger = $logger;
        }

        public function getMetadata(): \OpenFeature\interfaces\common\Metadata
        {
            return new \OpenFeature\implementation\common\Metadata(static::$NAME);
        }

        public function getHooks(): array
        {
            return $this->hooks;
        }

        public function setHooks(array $hooks): void
        {
            $this->hooks = $hooks;
        }
    }

    class ResolutionError extends \Exception implements \OpenFeature\interfaces\provider\ResolutionError
    {
        private ErrorCode $resolutionErrorCode;
        private ?string $resolutionErrorMessage;

        public function __construct(ErrorCode $code, ?string $message = null)
        {
            parent::__construct();
            $this->resolutionErrorCode = $code;
            $this->resolutionErrorMessage = $message;
        }

        public function getResolutionErrorCode(): ErrorCode
        {
            return $this->resolutionErrorCode;
        }

        public function getResolutionErrorMessage(): ?string
        {
            return $this->resolutionErrorMessage;
        }
    }

    class ResolutionDetails implements \OpenFeature\interfaces\provider\ResolutionDetails
    {
        public mixed $value = null;
        public ?\OpenFeature\interfaces\provider\ResolutionError $error = null;
        public ?string $reason = null;
        public ?string $variant = null;

        public function getValue(): bool|string|int|float|\DateTime|array|null
        {
            return $this->value;
        }

        public function getError(): ?\OpenFeature\interfaces\provider\ResolutionError
        {
            return $this->error;
        }

        public function getReason(): ?string
        {
            return $this->reason;
        }

        public function getVariant(): ?string
        {
            return $this->variant;
        }
    }

    class ResolutionDetailsBuilder
    {
        private ResolutionDetails $details;

        public function __construct()
        {
            $this->details = new ResolutionDetails();
        }

        public function withValue(bool|string|int|float|\DateTime|array|null $value): self
        {
            $this->details->value = $value;
            return $this;
        }

        public function withError(\OpenFeature\interfaces\provider\ResolutionError $errorCode): self
        {
            $this->details->error = $errorCode;
            return $this;
        }

        public function withReason(string $reason): self
        {
            $this->details->reason = $reason;
            return $this;
        }

        public function withVariant(string $variant): self
        {
            $this->details->variant = $variant;
            return $this;
        }

        public function build(): \OpenFeature\interfaces\provider\ResolutionDetails
        {
            return $this->details;
        }
    }
}
