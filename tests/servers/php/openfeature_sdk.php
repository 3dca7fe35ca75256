<?php

// The parts of OpenFeature's SDK for PHP that a provider touches, with the SDK's
// names and signatures, so that the provider can be run without a download.

namespace OpenFeature\interfaces\common {
    interface Metadata
    {
        public function getName(): string;
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
    use OpenFeature\interfaces\common\Metadata;
    use OpenFeature\interfaces\flags\EvaluationContext;

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

    interface Provider
    {
        public function getMetadata(): Metadata;

        public function resolveBooleanValue(string $flagKey, bool $defaultValue, ?EvaluationContext $context = null): ResolutionDetails;

        public function resolveStringValue(string $flagKey, string $defaultValue, ?EvaluationContext $context = null): ResolutionDetails;

        public function resolveIntegerValue(string $flagKey, int $defaultValue, ?EvaluationContext $context = null): ResolutionDetails;

        public function resolveFloatValue(string $flagKey, float $defaultValue, ?EvaluationContext $context = null): ResolutionDetails;

        public function resolveObjectValue(
            string $flagKey,
            bool|string|int|float|\DateTime|array|null $defaultValue,
            ?EvaluationContext $context = null,
        ): ResolutionDetails;
    }

    /** There, an enumeration of a library's; here, what its users see of it. */
    final class ErrorCode
    {
        private function __construct(public readonly string $value)
        {
        }

        public static function __callStatic(string $name, array $arguments): self
        {
            return new self($name);
        }
    }

    final class Reason
    {
        public const DEFAULT = 'DEFAULT';
        public const TARGETING_MATCH = 'TARGETING_MATCH';
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
        public function __construct(private array $map = [])
        {
        }

        public function keys(): array
        {
            return array_keys($this->map);
        }

        public function get(string $key): bool|string|int|float|\DateTime|array|null
        {
            return $this->map[$key] ?? null;
        }

        public function toArray(): array
        {
            return $this->map;
        }
    }

    class EvaluationContext implements \OpenFeature\interfaces\flags\EvaluationContext
    {
        public function __construct(private ?string $key = null, private ?Attributes $attributes = null)
        {
        }

        public function getTargetingKey(): ?string
        {
            return $this->key;
        }

        public function getAttributes(): \OpenFeature\interfaces\flags\Attributes
        {
            return $this->attributes ?? new Attributes();
        }
    }
}

namespace OpenFeature\implementation\provider {
    use OpenFeature\interfaces\provider\ErrorCode;

    abstract class AbstractProvider implements \OpenFeature\interfaces\provider\Provider
    {
        protected static string $NAME = 'AbstractProvider';
    }

    class ResolutionError extends \Exception implements \OpenFeature\interfaces\provider\ResolutionError
    {
        public function __construct(private ErrorCode $resolutionErrorCode, private ?string $resolutionErrorMessage = null)
        {
            parent::__construct();
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
        public ?ResolutionError $error = null;
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

        public function withError(ResolutionError $errorCode): self
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
