--TEST--
The extension is what its stub says
--FILE--
<?php
$stub = file_get_contents(getenv('FORKGATE_TEST_STUB') ?: __DIR__ . '/../forkgate.stub.php');
$stub = preg_replace('/const VERSION = UNKNOWN;/', 'const VERSION = "?";', $stub);
$stub = str_replace(['namespace Forkgate', '\Forkgate\\'], ['namespace Stub', '\Stub\\'], $stub);
eval(preg_replace('/^<\?php/', '', $stub));

function named($x): string
{
    return str_replace('Stub\\', 'Forkgate\\', (string) $x);
}

function parameters(ReflectionFunctionAbstract $f): string
{
    $all = [];
    foreach ($f->getParameters() as $p) {
        $all[] = named($p->getType()) . ' $' . $p->getName()
            . ($p->isOptional() ? ' = ' . named(var_export($p->getDefaultValue(), true)) : '')
            . ($p->getAttributes() ? ' #' . $p->getAttributes()[0]->getName() : '');
    }
    return implode(', ', $all) . ' -> ' . named($f->getReturnType());
}

function describe(ReflectionClass $c): array
{
    $all = [];
    $all[] = 'parent ' . named($c->getParentClass() ? $c->getParentClass()->getName() : '-');
    $all[] = $c->isEnum() ? 'enum' : ($c->isFinal() ? 'final class' : 'class');
    foreach ($c->getInterfaceNames() as $name) {
        $all[] = "interface $name";
    }
    foreach ($c->getReflectionConstants() as $k) {
        $all[] = 'constant ' . $k->getName() . ' ' . named(var_export($k->getValue(), true));
    }
    foreach ($c->getProperties() as $p) {
        if ($p->getDeclaringClass()->getName() === $c->getName()) {
            $all[] = 'property ' . implode(' ', Reflection::getModifierNames($p->getModifiers()))
                . ' ' . named($p->getType()) . ' $' . $p->getName();
        }
    }
    foreach ($c->getMethods() as $m) {
        if ($m->getDeclaringClass()->getName() === $c->getName()) {
            $all[] = 'method ' . implode(' ', Reflection::getModifierNames($m->getModifiers()))
                . ' ' . $m->getName() . '(' . parameters($m);
        }
    }
    sort($all);
    return $all;
}

$extension = new ReflectionExtension('forkgate');
$n = 0;
foreach ($extension->getClassNames() as $name) {
    $ours = describe(new ReflectionClass($name));
    $told = describe(new ReflectionClass(str_replace('Forkgate\\', 'Stub\\', $name)));
    foreach (array_diff($ours, $told) as $line) {
        echo "$name: not in the stub: $line\n";
    }
    foreach (array_diff($told, $ours) as $line) {
        echo "$name: only in the stub: $line\n";
    }
    $n++;
}
echo count(array_filter([...get_declared_classes(), ...get_declared_interfaces()], fn($c) => str_starts_with($c, 'Stub\\'))) === $n
    ? "all classes\n" : "some classes are missing\n";
$functions = array_filter(get_defined_functions()['user'], fn($f) => str_starts_with($f, 'stub\\'));
foreach ($functions as $name) {
    $ours = parameters(new ReflectionFunction(str_replace('stub\\', 'forkgate\\', $name)));
    $told = parameters(new ReflectionFunction($name));
    if ($ours !== $told) {
        echo "$name: $told, but $ours\n";
    }
}
echo count($functions) === count($extension->getFunctions()) ? "all functions\n" : "some are missing\n";
var_dump(Forkgate\VERSION === phpversion('forkgate'));
?>
--EXPECT--
all classes
all functions
bool(true)
