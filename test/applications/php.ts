// PHP from Debian's package: one process an instance, each with a directory of its own for sessions.

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { exchange, temporaryDirectory, until } from '../e2e/harness.ts'

const PAGE = `<?php
ini_set('session.use_strict_mode', '1');
$sent = $_COOKIE['PHPSESSID'] ?? null;
session_start();
$_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
header('content-type: application/json');
echo json_encode(['name' => getenv('INSTANCE'), 'visits' => $_SESSION['visits'], 'lost' => $sent !== null && $sent !== session_id()]);
`

/** Its URL, when it answers. */
export async function startPhp(name: string): Promise<string> {
  const directory = temporaryDirectory()
  const port = await freePort()
  writeFileSync(join(directory, 'index.php'), PAGE)
  const child = spawn(
    'php',
    ['-d', `session.save_path=${directory}`, '-S', `127.0.0.1:${port}`, '-t', directory, join(directory, 'index.php')],
    { stdio: 'ignore', env: { ...process.env, INSTANCE: name } },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  await until(async () => (await exchange(`${url}/`).catch(() => undefined))?.status === 200)
  return url
}
