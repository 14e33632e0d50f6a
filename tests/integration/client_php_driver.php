<?php

// Tests. Runs the PHP code of standard input, which has mgr.php and returns something, and prints that as
// JSON: {"returned":…}, or {"raised":…} with what was thrown. Whatever PHP warns of, silenced or not, is an
// error: a page's own handler may take it for one.

declare(strict_types=1);

error_reporting(\E_ALL);
set_error_handler(static function (int $level, string $text, string $file, int $line): never {
    throw new ErrorException($text, 0, $level, $file, $line);
});
require getenv('MGR_PHP');

function told(Throwable $error): array
{
    $told = ['class' => $error::class, 'message' => $error->getMessage(), 'code' => $error->getCode(),
        'parents' => array_values(class_parents($error))];
    if ($error instanceof Mgr\Error) {
        foreach (['error', 'detail', 'errCode', 'audit', 'data', 'isProven'] as $name) {
            $told[$name] = $error->$name;
        }
    }
    return $error instanceof Mgr\NoAnswer
        ? $told + ['lost' => $error->lost, 'replies' => array_column($error->replies, 'members')] : $told;
}

/** What is thrown there, told; null for nothing. */
function raised(Closure $call): ?array
{
    try {
        $call();
    } catch (Throwable $error) {
        return told($error);
    }
    return null;
}

try {
    $said = ['returned' => eval(stream_get_contents(STDIN))];
} catch (Throwable $error) {
    $said = ['raised' => told($error)];
}
$said['handlers'] = 0; // left standing beside the one above
while (($handler = set_error_handler(null)) !== null) {
    $said['handlers']++;
    restore_error_handler();
    restore_error_handler();
}
echo json_encode($said, \JSON_THROW_ON_ERROR | \JSON_UNESCAPED_SLASHES);
