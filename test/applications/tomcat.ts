// Apache Tomcat from Debian's package, one process an instance, each with its sessions in its own memory.

import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { exchange, temporaryDirectory, until } from '../e2e/harness.ts'

const HOME = '/usr/share/tomcat10'

const PAGE = `<%@ page contentType="application/json" %><%
  boolean lost = request.getRequestedSessionId() != null && !request.isRequestedSessionIdValid();
  Integer visits = (Integer) session.getAttribute("visits");
  session.setAttribute("visits", visits = visits == null ? 1 : visits + 1);
%>{ "name": "<%= System.getProperty("instance") %>", "visits": <%= visits %>, "lost": <%= lost %>, "id": "<%= session.getId() %>" }`

/** Its URL, when it answers. */
export async function startTomcat(name: string): Promise<string> {
  const base = temporaryDirectory()
  const port = await freePort()
  for (const folder of ['conf', 'webapps/ROOT', 'work', 'temp', 'logs'])
    mkdirSync(join(base, folder), { recursive: true })
  copyFileSync('/etc/tomcat10/web.xml', join(base, 'conf/web.xml'))
  writeFileSync(join(base, 'webapps/ROOT/index.jsp'), PAGE)
  writeFileSync(
    join(base, 'conf/server.xml'),
    `<Server port="-1"><Service name="Catalina"><Connector port="${port}" address="127.0.0.1"/>
      <Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps" autoDeploy="false"/></Engine>
    </Service></Server>`,
  )
  const child = spawn(
    'java',
    [
      '-Xmx128m',
      '-cp',
      `${HOME}/bin/bootstrap.jar:${HOME}/bin/tomcat-juli.jar`,
      `-Dcatalina.home=${HOME}`,
      `-Dcatalina.base=${base}`,
      `-Djava.io.tmpdir=${base}/temp`,
      `-Dinstance=${name}`,
      'org.apache.catalina.startup.Bootstrap',
      'start',
    ],
    { stdio: 'ignore' },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  await until(async () => (await exchange(`${url}/`).catch(() => undefined))?.status === 200, 60_000)
  return url
}
