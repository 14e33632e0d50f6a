<?php

// Asks mgr of another machine: php remote.php HOST:PORT KEY. Each request is signed with that private key
// (mgrctl keygen makes one), and what comes back is believed where that host has signed it, as a line of
// ~/.config/mgr/known_hosts or /etc/mgr/known_hosts knows it.

declare(strict_types=1);

require '/usr/share/mgr/php/mgr.php';

if ($argc !== 3) {
    fwrite(STDERR, "usage: php remote.php HOST:PORT KEY\n");
    exit(2);
}
try {
    $mgr = new Mgr\Client(host: $argv[1], key: $argv[2], keepAlive: true);
    echo 'as ', $mgr->call('mgr', 'whoami')['key'], "\n";
    // A connection over the network may break. Under an id that is asked again by itself, and starts one scan.
    $jobs = $mgr->call('scan', 'start', ['task_ids' => 7], requestId: bin2hex(random_bytes(16)), wait: true)['jobs'];
    echo $jobs[0]['key'], ' ', $jobs[0]['state'], "\n";
} catch (Mgr\Unproven $error) {
    fwrite(STDERR, 'Somebody on the way? ' . $error->getMessage() . "\n");
    exit(1);
} catch (Mgr\Error | InvalidArgumentException $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(1);
}
