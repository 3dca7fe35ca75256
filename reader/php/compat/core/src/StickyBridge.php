<?php

declare(strict_types=1);

namespace Statsig;

use Forkgate\Client;

/**
 * An application's storage as the extension calls it.  What is kept stays in the
 * SDK's form: values that the SDK has saved hold, and the way back is open.
 *
 * @internal
 */
final class StickyBridge implements \Forkgate\StickyStorage
{
    public function __construct(private PersistentStorage $storage, private Client $reader)
    {
    }

    /** Applications load by themselves, and pass what they have as an option. */
    public function load(string $key): array
    {
        return [];
    }

    public function save(string $key, string $name, string $record): void
    {
        $values = $this->reader->decodeStickyRecord($record)
            ?? throw new \UnexpectedValueException("the record of $name cannot be read");
        $this->storage->save($key, $name, StickyValues::fromArray($values));
    }

    public function remove(string $key, string $name): void
    {
        $this->storage->delete($key, $name);
    }

    /**
     * What the extension takes instead of the option user_persisted_values, as
     * far as that experiment or layer goes.
     */
    public function values(string $name, mixed $persisted): ?\Forkgate\StickyValues
    {
        if ($persisted === null) {
            return null;
        }
        $one = ((array) $persisted)[$name] ?? null;
        if ($one === null) {
            return new \Forkgate\StickyValues();
        }
        return new \Forkgate\StickyValues([$name => $this->record($one) ?? '']);
    }

    /** Null for what is no value of the SDK's; it counts as damaged. */
    private function record(mixed $one): ?string
    {
        $one = json_decode(json_encode($one, JSON_PRESERVE_ZERO_FRACTION) ?: '', true);
        try {
            return is_array($one) ? $this->reader->encodeStickyRecord($one) : null;
        } catch (\ValueError) {
            return null; /* nested too deep */
        }
    }
}
