<?php

declare(strict_types=1);

namespace Forkgate\OpenFeature;

/**
 * What a flag key names: "KIND:name" or "KIND:name.parameter", where KIND is
 * gate, config, experiment, layer or store.  Without a kind it is a gate where
 * a boolean is asked for, and a config otherwise.  The parameter is what
 * follows the last dot; a gate has none, so that dots are a part of its name.
 */
final class FlagKey
{
    private const KINDS = ['gate', 'config', 'experiment', 'layer', 'store'];

    private function __construct(
        public readonly string $kind,
        public readonly string $name,
        public readonly ?string $param,
    ) {
    }

    public static function parse(string $key, string $kindIfNone): self
    {
        $colon = strpos($key, ':');
        $kind = $colon === false ? $kindIfNone : substr($key, 0, $colon);
        if (!in_array($kind, self::KINDS, true)) {
            $kind = $kindIfNone;
            $colon = false;
        }
        $name = $colon === false ? $key : substr($key, $colon + 1);
        $dot = $kind === 'gate' ? false : strrpos($name, '.');
        return $dot === false
            ? new self($kind, $name, null)
            : new self($kind, substr($name, 0, $dot), substr($name, $dot + 1));
    }
}
