<?php
// What a page of the appliance does to ask mgr: a block of lines, and a line of JSON back. Runs as
// www-data, which is all that mgr goes by. `php page.php MODULE ACTION name=value…` tries it by hand.
// Not for streams (net ping, log tail): those have several lines, the last without `more`.

/** The data of the reply. Throws where it is refused, with mgr's err_code and detail. */
function mgr(string $module, string $action, array $arguments = [], ?string $body = null): array
{
    $fields = ['module' => $module, 'action' => $action] + $arguments;
    if ($body !== null) {
        $fields['mgr-body'] = (string) strlen($body);
    }
    $block = '';
    foreach ($fields as $name => $value) {
        if (!preg_match('/\A[a-z][a-z0-9_.-]{0,31}\z/', $name) || !is_scalar($value)) {
            throw new InvalidArgumentException('not the name and the text of an argument');
        }
        // A line break in a value would begin a field that the visitor chose.
        if (preg_match('/[\x00-\x1f\x7f]/', (string) $value)) {
            throw new InvalidArgumentException("$name: a control character");
        }
        $block .= "$name:$value\n";
    }
    $socket = stream_socket_client('unix://' . (getenv('MGR_SOCKET') ?: '/run/mgr.sock'));
    if ($socket === false) {
        throw new RuntimeException('mgr is not there', 8);
    }
    fwrite($socket, "$block\n$body");
    $line = fgets($socket);
    $reply = $line === false ? null : json_decode($line, true);
    if (!is_array($reply)) {
        throw new RuntimeException('mgr hung up; it may have been carried out', 2);
    }
    if (!$reply['success']) {
        throw new RuntimeException($reply['detail'] ?? $reply['error'], $reply['msg']['err_code']);
    }
    return $reply['data'] ?? [];
}

if (PHP_SAPI === 'cli' && isset($argv[2])) {
    $arguments = [];
    foreach (array_slice($argv, 3) as $word) {
        [$name, $value] = explode('=', $word, 2);
        $arguments[$name] = $value;
    }
    try {
        echo json_encode(mgr($argv[1], $argv[2], $arguments), JSON_PRETTY_PRINT), "\n";
    } catch (Exception $refused) {
        fwrite(STDERR, $refused->getCode() . ' ' . $refused->getMessage() . "\n");
        exit(1);
    }
}
