<?php

// What job ?job=N prints, as server-sent events: new EventSource('follow.php?job=7'). A browser that has lost
// the connection asks again by itself, and goes on where it was. Each stream has a worker of php-fpm for as
// long as it lasts, so give it a pool of its own.

declare(strict_types=1);

require __DIR__ . '/page.php';

$user = user();
$job = filter_var($_GET['job'] ?? '', FILTER_VALIDATE_INT, ['options' => ['min_range' => 1]]);
$from = filter_var($_SERVER['HTTP_LAST_EVENT_ID'] ?? '', FILTER_VALIDATE_INT, ['options' => ['min_range' => 0]]);
if ($job === false) {
    http_response_code(400);
    exit('job=N says which.');
}
header('Content-Type: text/event-stream');
header('Cache-Control: no-store');
header('X-Accel-Buffering: no');
while (ob_get_level() > 0) {
    ob_end_clean();
}

$send = static function (string $event): void {
    echo $event, "\n\n";
    flush(); // PHP ends the page here where the browser has gone
};
$send(':');
$end = 'gone';
try {
    $lines = (new Mgr\Client())->follow($job, from: $from === false ? null : $from, onBehalfOf: $user, heartbeat: 5);
    foreach ($lines as $line) {
        $records = $line?->data['records'] ?? [];
        foreach ($records as $record) {
            $bytes = $record['text'] ?? base64_decode($record['base64']);
            $send('id: ' . $record['position'] + strlen($bytes) . "\ndata: " . json_encode($record));
        }
        if ($records === []) {
            $send(':');
        }
        $end = $line?->data['jobs'][0]['state'] ?? $end;
    }
} catch (Mgr\Error $error) {
    $end = $error->error;
}
$send("event: end\ndata: " . json_encode($end));
