<?php

// Starts scans, and shows them.

declare(strict_types=1);

require __DIR__ . '/page.php';

$user = user();
$token = token();
$mgr = new Mgr\Client(keepAlive: true);
$alert = '';
try {
    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        // The form has the id: sent twice, by a double click or a reload, it starts nothing twice.
        $mgr->call('scan', 'start', ['task_ids' => posted('task')], onBehalfOf: $user, requestId: posted('id'));
        header('Location: ' . $_SERVER['SCRIPT_NAME'], response_code: 303);
        exit;
    }
} catch (Mgr\Error | InvalidArgumentException $error) {
    $alert = told($error);
}
try {
    $jobs = $mgr->call('scan', 'status', onBehalfOf: $user)['jobs'] ?? [];
} catch (Mgr\Error $error) {
    $jobs = [];
    $alert = $alert ?: told($error);
}
?>
<!DOCTYPE html>
<html lang="en">
<title>Scans</title>
<?= $alert ?>
<form method="post">
<input type="hidden" name="token" value="<?= text($token) ?>">
<input type="hidden" name="id" value="<?= bin2hex(random_bytes(16)) ?>">
<label>Task <input name="task" inputmode="numeric" required></label>
<button>Start</button>
</form>
<table>
<tr><th>Job</th><th>Scan</th><th>State</th><th>Progress</th></tr>
<?php foreach ($jobs as $job) { ?>
<tr>
<td><a href="follow.php?job=<?= text($job['id']) ?>"><?= text($job['id']) ?></a></td>
<td><?= text($job['key']) ?></td>
<td><?= text($job['state']) ?></td>
<td><?= text($job['progress'] ?? '') ?></td>
</tr>
<?php } ?>
</table>
