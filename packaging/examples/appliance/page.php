<?php
// What a page of the appliance does to ask mgr, with mgr.php. Runs as www-data, which is all that mgr goes by.
// `php page.php MODULE ACTION name=value…` tries it by hand. Pages that are whole, with forms and the stream
// of a job's output, are in ../php of an installed mgr.

declare(strict_types=1);

require '/usr/share/mgr/php/mgr.php';

$arguments = [];
foreach (array_slice($argv, 3) as $word) {
    [$name, $value] = explode('=', $word, 2) + [1 => ''];
    $arguments[$name] = $value;
}
try {
    // call() gives the data of an action with one answer; stream() those of net ping and log tail as they come, too.
    foreach ((new Mgr\Client())->stream($argv[1] ?? '', $argv[2] ?? '', $arguments) as $line) {
        echo json_encode($line->data, JSON_PRETTY_PRINT), "\n";
    }
} catch (Mgr\Error $refused) {
    fwrite(STDERR, $refused->errCode . ' ' . $refused->detail . "\n");
    exit(1);
} catch (InvalidArgumentException $wrong) {
    fwrite(STDERR, $wrong->getMessage() . "\n");
    exit(2);
}
